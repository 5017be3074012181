"""What the settings say of accounts, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from channels.accounts.budgets import Budget, RequestClass
from channels.accounts.keys import read_private
from channels.accounts.vault import Vault
from channels.posts import AccountAccess, TelegramServer
from domain.errors import InputError

_UNSET = (
    "channels.telegram.api_id and api_hash_file are not set: register an application at "
    "my.telegram.org and name both"
)


@dataclass(frozen=True, slots=True)
class AccountsPlan:
    """Where sessions are kept, whom they speak to and how often each may.

    ``api_id`` and ``api_hash`` (or the first line of ``api_hash_file``) tell Telegram which
    program speaks; they are the same for all accounts. ``proxy`` is a URL, empty for none.
    """

    vault: Vault
    server: TelegramServer
    api_id: int
    api_hash: str = field(repr=False)
    api_hash_file: Path | None
    budgets: Mapping[RequestClass, Budget]
    proxy: str = field(default="", repr=False)

    def access(self, name: str) -> AccountAccess:
        """All that a client needs to speak as account ``name``. Raises VaultError where its
        session cannot be had, InputError where the program has no API id."""
        return self._access(name, self.vault.load(name))

    def newcomer(self, name: str) -> AccountAccess:
        """The same for an account that has to sign in first."""
        return self._access(name, "")

    def allows(self, kind: RequestClass) -> bool:
        """Whether an account may ever ask for ``kind``."""
        budget = self.budgets.get(kind)
        return budget is None or budget.most > 0

    def hash_of_api(self) -> str:
        """Raises InputError where none is set, VaultError where others can read its file."""
        found = self.api_hash
        if not found and self.api_hash_file is not None:
            lines = read_private(self.api_hash_file).decode(errors="replace").splitlines()
            found = lines[0].strip() if lines else ""
        if not self.api_id or not found:
            raise InputError(_UNSET)
        return found

    def _access(self, name: str, session: str) -> AccountAccess:
        return AccountAccess(
            name, self.api_id, self.hash_of_api(), session, self.server, self.proxy
        )
