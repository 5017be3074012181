"""One account at work: it claims channels that the preview does not show, and reads them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from django.db import DatabaseError

from cases import counts, identity
from cases.counts import CountKey
from cases.evidence import EvidenceWriter
from cases.models import Run
from channels.accounts import pool
from channels.accounts.holding import NIGHT, held
from channels.accounts.ledger import Ledger, RequestClass, Retired, Spent
from channels.accounts.readiness import may_ask, may_read
from channels.accounts.vault import Vault
from channels.claims import claim
from channels.journals import journal_path, worker_of
from channels.keepers import keeper_of
from channels.mtproto.asking import Asker, Patience
from channels.mtproto.client import build_client
from channels.mtproto.failures import AccountLost, Unreachable
from channels.mtproto.gateway import Gateway
from channels.mtproto.reading import AccountReader
from channels.options import AccountReading, Options
from channels.posts import AccountAccess
from channels.visiting import RETENTION, STAGE, Visitor
from channels.wanted import release
from domain.clock import utc_now
from domain.errors import EvidenceError, RecordError
from domain.nights import end_of
from domain.targets import TargetKind
from net.journal import RequestJournal

log = logging.getLogger(__name__)

#: So many channels in a row without an answer mean that the server itself does not answer.
_ENOUGH = 2
_NO_ANSWER = "not reached: the Telegram server does not answer"
_FATAL = (DatabaseError, EvidenceError, RecordError, OSError)
#: Why an account is lost, by the API's word; all others: its session is no longer good.
_REASONS = {
    "AUTH_KEY_DUPLICATED": pool.Reason.DUPLICATED,
    "USER_DEACTIVATED": pool.Reason.BANNED,
    "USER_DEACTIVATED_BAN": pool.Reason.BANNED,
    "FROZEN_METHOD_INVALID": pool.Reason.BANNED,
    "FROZEN_PARTICIPANT_MISSING": pool.Reason.BANNED,
}


def read_as(run: Run, account: str, options: Options, accounts: AccountReading) -> None:
    """Have ``account`` read channels until there is none left that it may read now.

    A lost account is retired; what it was reading goes on with another one. Raises what is wrong
    with record, disk, vault or settings, and RecordError where another process is this account.
    """
    with held(accounts.plan.vault.folder, account, NIGHT):
        _read_as(run, account, options, accounts)


def _read_as(run: Run, account: str, options: Options, accounts: AccountReading) -> None:
    access = accounts.plan.access(account)
    ledger = Ledger(account, accounts.plan.budgets)
    journal = RequestJournal(journal_path(options.journals, run.pk, account))
    evidence = EvidenceWriter(
        options.evidence_root,
        run.pk,
        worker_of(account),
        RETENTION,
        rotate_bytes=options.rotate_bytes,
    )
    gateway = Gateway(account, partial(_client, access), journal.sent, timeout_s=accounts.timeout_s)
    try:
        release(run, account)  # claims of a process that was killed
        asker = Asker(gateway, ledger, Patience(accounts.longest_wait_s, options.pace.retries))
        visitor = Visitor(
            run,
            AccountReader(asker, number_of),
            evidence,
            max_pages=accounts.max_batches,
            platforms=options.platforms,
            keeper=keeper_of(run, options),
        )
        ends = end_of(run.started_at, *options.night_ends)
        _Work(run, ledger, visitor, accounts.longest_wait_s, ends, options.max_resolves).all()
    except AccountLost as lost:
        retire(account, lost, accounts.plan.vault, run)
    except Retired as retired:
        log.warning("%s", retired)
    finally:
        release(run, account)
        gateway.close()
        evidence.close()
        journal.close()


def retire(account: str, lost: AccountLost, vault: Vault, run: Run) -> None:
    """Have a lost account read no more, with the reason that Telegram gave."""
    reason = _REASONS.get(lost.name, pool.Reason.REVOKED)
    pool.retire(account, reason, vault, run_id=run.pk)


def _client(access: AccountAccess, told: Callable[[str], None]) -> Any:
    """Lost connections are made anew by who counts requests, not by the client."""
    return build_client(access, reconnects=False, connection_retries=1, on_request=told)


def number_of(username: str) -> int | None:
    row = identity.by_name(TargetKind.TELEGRAM, username)
    return int(row.value) if row is not None and row.value.isdecimal() else None


class _Work:
    """Channels one by one, each failure its channel's or the account's own."""

    def __init__(
        self,
        run: Run,
        ledger: Ledger,
        visitor: Visitor,
        longest_wait_s: float,
        ends: datetime | None,
        most_resolves: int,
    ) -> None:
        self._run, self._ledger, self._visitor = run, ledger, visitor
        self._longest_wait_s, self._ends = longest_wait_s, ends
        self._most_resolves = most_resolves
        self._in_a_row = 0

    def all(self) -> None:
        """Read until there is nothing that the account may read."""
        while self._in_a_row < _ENOUGH and not self._over():
            if not may_read(self._ledger, self._longest_wait_s) or not self._one():
                return
        if self._in_a_row >= _ENOUGH:
            key = CountKey("", "failed", _NO_ANSWER)
            counts.add(self._run.pk, STAGE, {key: 1})

    def _over(self) -> bool:
        return self._ends is not None and utc_now() >= self._ends

    def _one(self) -> bool:
        """Read the likeliest channel. Returns whether there was one."""
        account = self._ledger.account
        resolves = may_ask(self._ledger, RequestClass.RESOLVE, self._longest_wait_s)
        most = self._most_resolves
        source = claim(self._run, account, resolves=resolves, most_resolves=most)
        if source is None:
            return False
        try:
            self._visitor.visit(source)
            self._in_a_row = 0
        except Spent as spent:
            log.info("%s; %s goes back", spent, source.target)
            release(self._run, account)
        except Unreachable as failure:
            log.warning("reading %s as %s: %s", source.target, account, failure)
            release(self._run, account)
            self._in_a_row += 1
        except (AccountLost, Retired, *_FATAL):
            raise
        except Exception as error:  # one channel must not take the others along
            log.exception("reading %s as %s failed", source.target, account)
            self._visitor.give_up(source, "failed", f"error: {type(error).__name__}")
        return True
