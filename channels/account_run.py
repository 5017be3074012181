"""One account at work: it claims channels that the preview does not show, and reads them."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import DatabaseError

from cases import counts, identity
from cases.counts import CountKey
from cases.evidence import EvidenceWriter
from cases.models import Run, RunCount, Target
from channels.accounts import pool
from channels.accounts.holding import NIGHT, held
from channels.accounts.ledger import Ledger, RequestClass, Retired, Spent
from channels.accounts.readiness import may_ask
from channels.accounts.vault import Vault
from channels.claims import claim, claim_question
from channels.identity import username_of
from channels.journals import journal_path, worker_of
from channels.keepers import keeper_of, rules_of
from channels.models import ChannelSearch
from channels.mtproto.asking import Asker, Patience
from channels.mtproto.client import build_client
from channels.mtproto.failures import AccountLost, Unreachable
from channels.mtproto.finding import Finder
from channels.mtproto.gateway import Gateway
from channels.mtproto.reading import AccountReader
from channels.mtproto.recommended import Recommendations
from channels.mtproto.searching import Search
from channels.options import AccountReading, Options
from channels.posts import AccountAccess
from channels.searching import SearchSource, claim_search
from channels.searching import give_up as give_up_search
from channels.searching import keep as keep_search
from channels.snowball import similar
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
#: Accounts are lost one by one; where more are over one and the same thing, that is what is wrong.
_LOST_OVER = "accounts lost over"
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

    A lost account is retired; what it was reading goes on with another one, unless that, too, is
    lost over the same thing: then this is given up and the account stays. Raises what is wrong
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
            AccountReader(asker, number_of, rules_of(options)),
            evidence,
            max_pages=accounts.max_batches,
            platforms=options.platforms,
            keeper=keeper_of(run, options),
        )
        questions = _Questions(
            run,
            Recommendations(asker, Finder(asker, number_of)),
            Search(asker),
            evidence,
            options.max_similar,
        )
        gc.freeze()  # all that is loaded by now stays: collections need not go through it
        _Work(run, ledger, visitor, questions, options, accounts.longest_wait_s).all()
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
    """The bare id of the channel that is known to have ``username``; None where none is."""
    row = identity.by_name(TargetKind.TELEGRAM, username)
    return int(row.value) if row is not None and row.value.isdecimal() else None


@dataclass(frozen=True, slots=True)
class _Questions:
    """Whom to ask for similar channels, ``most`` times in a run, and for channels called so; and
    where answers are kept."""

    run: Run
    source: similar.SimilarSource
    searching: SearchSource
    evidence: EvidenceWriter
    most: int

    def ask(self, parent: Target) -> None:
        """Ask about ``parent`` and store what came."""
        asked = self.source.similar_of(username_of(parent) or parent.value)
        new = similar.keep(self.run, parent, asked, self.evidence)
        log.info("%s channels similar to %s are new", new, parent)

    def give_up_asking(self, parent: Target, name: str, reason: str) -> None:
        """Ask no more about ``parent`` in this run."""
        similar.give_up(self.run, parent, CountKey(str(parent), name, f"similar: {reason}"))

    def give_up_search(self, search: ChannelSearch, name: str, reason: str) -> None:
        """Make a search no more in this run."""
        give_up_search(search, CountKey("", name, f"search {search.query!r}: {reason}"))

    def search(self, search: ChannelSearch) -> None:
        """Make a search and store what came."""
        keep_search(search, self.searching.channels_called(search.query), self.evidence)


class _Work:
    """Channels one by one, then questions for similar ones; each failure its channel's or the
    account's own."""

    def __init__(
        self,
        run: Run,
        ledger: Ledger,
        visitor: Visitor,
        questions: _Questions,
        options: Options,
        longest_wait_s: float,
    ) -> None:
        self._run, self._ledger = run, ledger
        self._visitor, self._questions = visitor, questions
        self._longest_wait_s = longest_wait_s
        self._ends = end_of(run.started_at, *options.night_ends)
        self._most_resolves = options.max_resolves
        self._in_a_row = 0

    def all(self) -> None:
        """Go on until there is nothing that the account may read or ask."""
        while self._in_a_row < _ENOUGH and not self._over():
            if not self._may(RequestClass.OTHER):
                return
            if not (self._search_one() or self._read_one() or self._ask_one()):
                return
        if self._in_a_row >= _ENOUGH:
            key = CountKey("", "failed", _NO_ANSWER)
            counts.add(self._run.pk, STAGE, {key: 1})

    def _over(self) -> bool:
        return self._ends is not None and utc_now() >= self._ends

    def _may(self, kind: RequestClass) -> bool:
        return may_ask(self._ledger, kind, self._longest_wait_s)

    def _read_one(self) -> bool:
        """Read the likeliest channel. Returns whether there was one."""
        if not self._may(RequestClass.HISTORY):
            return False
        source = claim(
            self._run,
            self._ledger.account,
            resolves=self._may(RequestClass.RESOLVE),
            most_resolves=self._most_resolves,
        )
        if source is None:
            return False
        give_up = partial(self._visitor.give_up, source)
        self._tried(str(source.target), partial(self._visitor.visit, source), give_up)
        return True

    def _search_one(self) -> bool:
        """Make the next search. Returns whether there was one."""
        may = self._may(RequestClass.SEARCH)
        search = claim_search(self._run, self._ledger.account) if may else None
        if search is None:
            return False
        give_up = partial(self._questions.give_up_search, search)
        self._tried(search.query, partial(self._questions.search, search), give_up)
        return True

    def _ask_one(self) -> bool:
        """Ask about the channel that likeliest sells. Returns whether there was one."""
        if not self._may(RequestClass.SIMILAR):
            return False
        row = claim_question(
            self._run,
            self._ledger.account,
            self._questions.most,
            resolves=self._may(RequestClass.RESOLVE),
            most_resolves=self._most_resolves,
        )
        if row is None:
            return False
        give_up = partial(self._questions.give_up_asking, row.target)
        self._tried(str(row.target), partial(self._questions.ask, row.target), give_up)
        return True

    def _tried(
        self, what: str, work: Callable[[], object], give_up: Callable[[str, str], None]
    ) -> None:
        """Do ``work`` for ``what``, which goes back where the account cannot now, and is given up
        as a name and a reason say where nobody can."""
        account = self._ledger.account
        try:
            work()
            self._in_a_row = 0
        except Spent as spent:
            log.info("%s; %s goes back", spent, what)
            release(self._run, account)
        except Unreachable as failure:
            log.warning("asking for %s as %s: %s", what, account, failure)
            release(self._run, account)
            self._in_a_row += 1
        except AccountLost as lost:
            if not (lost.answer and self._cost_another(what)):
                raise
            log.warning("not retiring %s: a second account is lost over %s", account, what)
            give_up("failed", f"accounts are lost over it ({lost.name})")
        except (Retired, *_FATAL):
            raise
        except Exception as error:  # one channel must not take the others along
            log.exception("asking for %s as %s failed", what, account)
            give_up("failed", f"error: {type(error).__name__}")

    def _cost_another(self, what: str) -> bool:
        """Whether another account was lost over ``what`` in this run; if not, note that this is."""
        over = RunCount.objects.filter(run=self._run, name=_LOST_OVER, source=what)
        if over.exclude(reason=self._ledger.account).exists():
            return True
        if not over.exists():
            key = CountKey(what, _LOST_OVER, self._ledger.account)
            counts.add(self._run.pk, STAGE, {key: 1})
        return False
