"""The world's Telegram server, with accounts that are signed in, for readers that use them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.world.addresses import Addresses
from tests.world.content import Content
from tests.world.mtproto.fromcontent import Chats
from tests.world.mtproto.server import TelegramDouble

#: Run by a Python in an empty house, with what ``Accounts.users`` gives as its input.
ENLIST = """
import os, sys, json
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
import django
django.setup()
from django.conf import settings
from channels.accounts import pool
from channels.apps import accounts_plan
vault = accounts_plan(settings.NARCOWATCH).vault
vault.prepare()
for name, (user, session) in json.loads(sys.stdin.read()).items():
    vault.store(name, session)
    pool.enlist(name, user, actor="operator:test")
"""
#: Told through the environment, as the real one must be.
ENVIRONMENT = {"NARCOWATCH_CHANNELS__TELEGRAM__API_HASH": "0" * 32}


class Accounts:
    """A context manager: inside it the server is up and ``sessions`` are the accounts' session
    strings by name. ``key_file`` holds the server's public key."""

    def __init__(
        self, folder: Path, names: Sequence[str], content: Content, addresses: Addresses
    ) -> None:
        self.server = TelegramDouble()
        self.chats = Chats(self.server.directory, content, addresses)
        self.chats.add_all()
        self.key_file = folder.resolve() / "telegram.pem"
        self.key_file.write_bytes(self.server.key.pem())
        self.sessions: dict[str, str] = {}
        self._names = names

    def __enter__(self) -> Accounts:
        self.server.start()
        for number, name in enumerate(self._names, 1):
            account = self.server.directory.add_account(name, f"7701{number:07}")
            self.sessions[name] = self.server.session_of(account)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.server.stop()

    def settings(self) -> dict[str, Any]:
        """What leads narcowatch to this server; known once it is up."""
        return {
            "server": f"127.0.0.1:{self.server.port}",
            "key_file": str(self.key_file),
            "api_id": 1,
        }

    def users(self) -> str:
        """The accounts' numbers and sessions by name, as JSON: what ``ENLIST`` is given."""
        known = self.server.directory.accounts
        return json.dumps({name: (known[name].id, one) for name, one in self.sessions.items()})
