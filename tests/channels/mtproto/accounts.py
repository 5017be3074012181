"""Readers for accounts of the double."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from channels.accounts.ledger import Budget, Ledger, RequestClass
from channels.models import TelegramAccount
from channels.mtproto.asking import Asker, Patience
from channels.mtproto.client import build_client
from channels.mtproto.gateway import Gateway
from channels.mtproto.reading import AccountReader
from channels.posts import AccountAccess, Batch, Post, TelegramServer
from net.retries import Backoff
from tests.world.mtproto.server import TelegramDouble

QUICK = Backoff(tries=3, base_s=0.01, cap_s=0.01)
PLENTY = {kind: Budget(100_000, timedelta(hours=1)) for kind in RequestClass}


@dataclass
class Reading:
    """A reader for one account, and what it sent."""

    reader: AccountReader
    gateway: Gateway
    asker: Asker
    ledger: Ledger
    numbers: dict[str, int]
    sent: list[str] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)

    def all(self, channel: str, since_id: int = 0, **more: Any) -> list[Batch]:
        return list(self.reader.read(channel, since_id, **more))

    def posts(self, channel: str, since_id: int = 0, **more: Any) -> list[Post]:
        return [post for batch in self.all(channel, since_id, **more) for post in batch.posts]


class Readers:
    """Makes readers for accounts of the double."""

    def __init__(self, double: TelegramDouble, folder: Path) -> None:
        self.double = double
        self.key_file = folder / "server.pem"
        self.key_file.write_bytes(double.key.pem())
        self.made: list[Reading] = []

    def access(self, name: str) -> AccountAccess:
        accounts = self.double.directory.accounts
        account = accounts.get(name) or self.double.directory.add_account(
            name, f"770100000{len(accounts):02}"
        )
        server = TelegramServer(f"127.0.0.1:{self.double.port}", self.key_file)
        return AccountAccess(name, 1, "0" * 32, self.double.session_of(account), server)

    def of(self, name: str = "one", *, timeout_s: float = 20.0, **more: Any) -> Reading:
        access = self.access(name)
        user = self.double.directory.accounts[name].id
        TelegramAccount.objects.get_or_create(
            name=name, defaults={"user_id": user, "since": datetime.now(UTC)}
        )
        budgets, rules = more.pop("budgets", PLENTY), more.pop("rules", None)
        patience = Patience(more.pop("longest_wait_s", 2.5), more.pop("retries", QUICK))
        sent: list[str] = []
        slept: list[float] = []
        build = partial(build_one, access)
        gateway = Gateway(name, build, sent.append, timeout_s=timeout_s)
        ledger = Ledger(name, budgets, **more)
        numbers: dict[str, int] = {}

        def sleep(seconds: float) -> None:
            slept.append(seconds)
            time.sleep(seconds)

        asker = Asker(gateway, ledger, patience, sleep=sleep)
        reader = AccountReader(asker, numbers.get, rules)
        made = Reading(reader, gateway, asker, ledger, numbers, sent, slept)
        self.made.append(made)
        return made


def build_one(access: AccountAccess, told: Any) -> Any:
    return build_client(access, reconnects=False, connection_retries=1, on_request=told)
