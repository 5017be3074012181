"""What the settings say of accounts, as plain values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from channels.accounts.budgets import Budget, RequestClass
from channels.accounts.keys import read_private
from channels.accounts.vault import Vault
from channels.posts import AccountAccess, TelegramServer
from domain.errors import InputError, VaultError

_HASH_FILE = "channels.telegram.api_hash_file"
_HASH = re.compile(r"[0-9a-f]{32}")


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
        """Raises InputError where none, or no number to go with it, is set or a file's first line
        is none, VaultError where its file cannot be read, or others can read it."""
        there = {
            "channels.telegram.api_id": bool(self.api_id),
            _HASH_FILE: bool(self.api_hash or self.api_hash_file),
        }
        if unset := [name for name, is_set in there.items() if not is_set]:
            raise InputError(
                f"{' and '.join(unset)} {'is' if len(unset) == 1 else 'are'} not set: register an "
                "application at my.telegram.org"
            )
        return self.api_hash or self._hash_in_file()

    def _access(self, name: str, session: str) -> AccountAccess:
        return AccountAccess(
            name, self.api_id, self.hash_of_api(), session, self.server, self.proxy
        )

    def _hash_in_file(self) -> str:
        """The first line of the file; what is no hash is not shown."""
        if self.api_hash_file is None:
            return ""
        try:
            content = read_private(self.api_hash_file)
        except VaultError as error:
            raise VaultError(f"{_HASH_FILE}: {error}", permanent=True) from error
        first = content.decode(errors="replace").partition("\n")[0].strip()
        if not _HASH.fullmatch(first):
            raise InputError(
                f"{_HASH_FILE}: {self.api_hash_file}: the first line must be 32 characters "
                "0-9 and a-f"
            )
        return first
