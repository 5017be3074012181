"""What a run reads next: its own sources first, then channels found on the way, likeliest first."""

from __future__ import annotations

from django.db.models import Case, FloatField, IntegerField, Max, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from cases import counts, runs
from cases.counts import CountKey
from cases.models import CandidateRow, Run, RunCount, RunSource
from channels.identity import username_of
from channels.usernames import is_bot
from channels.visiting import STAGE
from domain.candidates import Why
from domain.targets import TargetKind

#: Sources that somebody or something asked for; all others were found on the way.
ASKED_FOR = (Why.SEED, Why.SEARCH, Why.RECHECK, Why.TIP)
_OVER = CountKey("", "dropped", "channels over the night's limit")


def next_source(run: Run, max_new: int) -> RunSource | None:
    """The next channel to read, taken in from the candidates where no source is waiting.

    At most ``max_new`` channels found on the way are read in one run. None when all is read.
    """
    return waiting(run).first() or _adopt(run, max_new)


def _sources(run: Run) -> QuerySet[RunSource]:
    return RunSource.objects.filter(run=run, target__kind=TargetKind.TELEGRAM)


def waiting(run: Run, *, handed_over: bool = False) -> QuerySet[RunSource]:
    """Sources not read yet, likeliest first: those for the preview, or those ``handed_over`` to
    accounts."""
    asked_for_first = Case(
        When(why=Why.SEED, then=Value(0)),
        When(why__in=ASKED_FOR, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    best = Coalesce(Max("target__candidates__priority"), Value(0.0), output_field=FloatField())
    rows = _sources(run).filter(done=False).select_related("target")
    left = Q(target__wanted__run=run)
    rows = rows.filter(left) if handed_over else rows.exclude(left)
    return rows.annotate(rank=asked_for_first, best=best).order_by("rank", "-best", "pk")


def _adopt(run: Run, max_new: int) -> RunSource | None:
    if _sources(run).exclude(why__in=ASKED_FOR).count() >= max_new:
        return None
    for row in _candidates(run):
        if not is_bot(username_of(row.target)):
            runs.add_source(run, row.target.key, Why(row.why), url=row.url)
            return waiting(run).first()
    return None


def _candidates(run: Run) -> QuerySet[CandidateRow]:
    """Channels that this run found, those found on its sources before but never read, and those
    that waited for an account in vain."""
    found = Q(run=run) | Q(parent__visits__run=run, target__cursor=None)
    found |= Q(target__wanted__isnull=False)
    rows = CandidateRow.objects.filter(found, target__kind=TargetKind.TELEGRAM)
    unvisited = rows.exclude(target__visits__run=run).select_related("target")
    return unvisited.order_by("-priority", "pk").distinct()


def count_left(run: Run) -> int:
    """Count, as it stands now, how many channels found did not fit the limit."""
    names = {row.target.pk: username_of(row.target) for row in _candidates(run)}
    left = sum(not is_bot(name) for name in names.values())
    set_count(run, _OVER, left)
    return left


def set_count(run: Run, key: CountKey, n: int) -> None:
    """Make one of the stage's counts ``n``: what is found out anew at each start is not added."""
    row = RunCount.objects.filter(run=run, stage=STAGE, **key._asdict()).first()
    change = n - (row.n if row else 0)
    if change:
        counts.add(run.pk, STAGE, {key: change})
