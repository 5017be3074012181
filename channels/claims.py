"""Which account reads which channel: claimed one by one in the record, likeliest first."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any, cast

from django.db import transaction
from django.db.models import BooleanField, CharField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from cases.counts import CountKey
from cases.models import Run, RunCount, RunSource
from channels.accounts.ledger import RequestClass
from channels.models import AccountPeer, AccountWait, ChannelYield, Wanted
from channels.searching import open_searches
from channels.snowball import similar
from channels.snowball.queue import ASKED_FOR, resolves_left, resolving
from channels.waiting import set_count, waiting
from channels.wanted import ACTIVE
from domain.clock import utc_now

_LEFT = "waits for an account"


def unclaimed(run: Run) -> QuerySet[RunSource]:
    """The run's sources that accounts are to read and nobody reads, likeliest first."""
    return waiting(run, handed_over=True).filter(target__wanted__account="")


def claim(
    run: Run, account: str, *, resolves: bool, most_resolves: int | None = None
) -> RunSource | None:
    """Take the likeliest channel that ``account`` can read; None where there is none.

    Without ``resolves`` only those that it knows already; ``most_resolves`` is how many names
    found on the way the run may resolve (None: any number). Channels that only other accounts know
    come last: these read them without resolving them anew.
    """
    with _one_by_one(run):
        for found in _readable(run, account, resolves=resolves, most_resolves=most_resolves):
            for row in found:
                free = Wanted.objects.filter(target=row.target_id, account="")
                if free.update(account=account):
                    if not row.mine:
                        resolving(run, row.target_id)
                    return cast(RunSource, row)
    return None


def could_do(
    run: Run,
    account: str,
    may: Collection[RequestClass],
    *,
    most_similar: int,
    most_resolves: int | None = None,
) -> int:
    """How much of what is open ``account`` could do, where it may ask for the classes ``may``."""
    resolves, found = RequestClass.RESOLVE in may, 0
    if RequestClass.HISTORY in may:
        able = _readable(run, account, resolves=resolves, most_resolves=most_resolves)
        found += able[-1].count()
    if RequestClass.SIMILAR in may:
        left = most_resolves is None or resolves_left(run, most_resolves)
        found += _askable(run, account, most_similar, resolves=resolves and bool(left)).count()
    if RequestClass.SEARCH in may:
        found += open_searches(run).count()
    return found


def _readable(
    run: Run, account: str, *, resolves: bool, most_resolves: int | None
) -> list[QuerySet[Any]]:
    """The channels that ``account`` can read: those to take first, then all."""
    rows = unclaimed(run).annotate(mine=_known_by(account), theirs=_known_by(None))
    if not resolves:
        return [rows.filter(mine=True)]
    by_name = Q(target__wanted__by_name=True)
    if most_resolves is not None and not resolves_left(run, most_resolves):
        by_name &= Q(why__in=ASKED_FOR)
    able = rows.filter(Q(mine=True) | by_name)
    return [able.filter(Q(mine=True) | Q(theirs=False)), able]


def _askable(run: Run, account: str, most: int, *, resolves: bool) -> QuerySet[Any]:
    """The channels whose similar ones ``account`` can ask for."""
    able = _known_by(None, able=RequestClass.SIMILAR)
    rows = similar.to_ask(run, most).annotate(mine=_known_by(account), theirs=able)
    free = Q(mine=True) | Q(theirs=False)
    return rows.filter(free) if resolves else rows.filter(mine=True)


def claim_question(
    run: Run, account: str, most: int, *, resolves: bool, most_resolves: int
) -> ChannelYield | None:
    """Take the channel whose similar ones ``account`` asks for next; None where there is none.

    ``most`` is what the run may ask; the rest as for ``claim``. What another account knows and
    may ask about is left to it: no name is resolved twice for this.
    """
    with _one_by_one(run):
        resolves = resolves and bool(resolves_left(run, most_resolves))
        for row in _askable(run, account, most, resolves=resolves):
            if ChannelYield.objects.filter(pk=row.pk, asked_by="").update(asked_by=account):
                if not row.mine:
                    resolving(run, row.target_id)
                return cast(ChannelYield, row)
    return None


@contextmanager
def _one_by_one(run: Run) -> Iterator[None]:
    """Whoever claims of ``run`` does so after the one before has: what is left of its bounds is
    looked at and used up in one transaction. SQLite begins each by locking the record."""
    with transaction.atomic(durable=True):
        Run.objects.select_for_update(no_key=True).get(pk=run.pk)
        yield


def _known_by(account: str | None, *, able: RequestClass | None = None) -> Exists:
    """Whether ``account`` (None: any, of those that Telegram lets ask for ``able`` now) can find
    the target by its id."""
    peers = AccountPeer.objects.filter(account__state=ACTIVE)
    if account is not None:
        peers = peers.filter(account__name=account)
    if able is not None:
        rests = AccountWait.objects.filter(kind__in=(able, RequestClass.OTHER), until__gt=utc_now())
        peers = peers.exclude(account__in=rests.values("account"))
    key = Cast("numeric_id", CharField(max_length=30))
    known = peers.annotate(key=key).filter(key=OuterRef("target__value"))
    return Exists(known, output_field=BooleanField())


def leave(run: Run) -> int:
    """End the visits that no account can make now; each is counted, and wanted still.

    Counts are set, not added: a later turn of the night may find an account after all.
    """
    with transaction.atomic():
        rows = RunSource.objects.filter(run=run, target__wanted__run=run)
        left = {str(row.target) for row in rows.select_related("target")}
        RunSource.objects.filter(pk__in=[row.pk for row in rows]).update(done=True)
        counted = RunCount.objects.filter(run=run, name="skipped", reason=_LEFT)
        for source in left | {*counted.values_list("source", flat=True)}:
            set_count(run, CountKey(source, "skipped", _LEFT), int(source in left))
    return len(left)
