"""The account that a listener speaks as: its connection, its ledger, and what comes unasked."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any

from cases.models import Run
from channels.account_run import number_of
from channels.accounts import pool
from channels.accounts.holding import LISTENER, held
from channels.accounts.ledger import Ledger, RequestClass
from channels.accounts.readiness import may_ask
from channels.journals import journal_path
from channels.mtproto.asking import Asker, Patience
from channels.mtproto.client import build_client
from channels.mtproto.gateway import Gateway
from channels.mtproto.reading import AccountReader
from channels.options import AccountReading, Options
from channels.posts import AccountAccess
from domain.errors import InputError, RecordError, VaultError
from net.journal import RequestJournal

log = logging.getLogger(__name__)


class Seat:
    """One account at work for the listener of ``run``; nobody else can be it until ``close``.

    Raises RecordError where another process is this account, VaultError and InputError where its
    session cannot be had.
    """

    def __init__(self, run: Run, account: str, options: Options, accounts: AccountReading) -> None:
        self.account = account
        self._told: SimpleQueue[Any] = SimpleQueue()
        self._longest_wait_s = accounts.longest_wait_s
        with ExitStack() as stack:
            plan = accounts.plan
            stack.enter_context(held(plan.vault.folder, account, LISTENER))
            access = plan.access(account)
            self.ledger = Ledger(account, plan.budgets)
            journal = RequestJournal(journal_path(options.journals, run.pk, account))
            stack.callback(journal.close)
            build = partial(_client, access, self._told.put)
            self._gateway = Gateway(account, build, journal.sent, timeout_s=accounts.timeout_s)
            stack.callback(self._gateway.close)
            patience = Patience(accounts.longest_wait_s, options.pace.retries)
            self.asker = Asker(self._gateway, self.ledger, patience)
            self.reader = AccountReader(self.asker, number_of, described=False)
            self._stack = stack.pop_all()

    @property
    def connections(self) -> int:
        """How many were made so far: between two of them updates are missed."""
        return self._gateway.made

    @property
    def connected(self) -> bool:
        return self._gateway.connected

    def may(self, kind: RequestClass) -> bool:
        """Whether the account may ask for ``kind`` now, or in a while that is short enough."""
        return may_ask(self.ledger, kind, self._longest_wait_s)

    def next_told(self, wait_s: float) -> Any:
        """What was told next; None where nothing was for ``wait_s``."""
        try:
            return self._told.get(timeout=wait_s) if wait_s > 0 else self._told.get_nowait()
        except Empty:
            return None

    def close(self) -> None:
        """Let go of the account. May be called twice."""
        self._stack.close()


def _client(access: AccountAccess, told: Callable[[Any], None], sent: Callable[[str], None]) -> Any:
    """Lost connections are made anew by who counts requests, and knows what was missed."""
    return build_client(
        access, reconnects=False, connection_retries=1, on_request=sent, on_update=told
    )


def first_free(
    run: Run, names: Sequence[str], options: Options, accounts: AccountReading
) -> Seat | None:
    """A seat for the first of ``names`` that is active, free and may connect; None for none."""
    for name in names:
        if name not in pool.active():
            continue
        ledger = Ledger(name, accounts.plan.budgets)
        if not may_ask(ledger, RequestClass.OTHER, accounts.longest_wait_s):
            continue
        try:
            return Seat(run, name, options, accounts)
        except (RecordError, VaultError, InputError) as error:
            log.info("not listening as %s: %s", name, error)
    return None
