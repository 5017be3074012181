"""What a run reads next: its own sources first, then channels found on the way, likeliest first."""

from __future__ import annotations

from collections import Counter

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from cases import counts
from cases.counts import CountKey
from cases.models import Run, RunCount, RunSource
from channels.snowball.frontier import Left
from channels.snowball.queue import ASKED_FOR, beyond, expected, frontier_of, take
from channels.snowball.rings import Caps
from channels.visiting import STAGE
from domain.candidates import Why
from domain.targets import TargetKind

#: From so many on that wait so many are taken at a time.
_MANY, _AT_ONCE = 1_000, 10
_LEFT = {
    Left.LIMIT: CountKey("", "dropped", "channels over the night's limit"),
    Left.PARENT_OR_RING: CountKey("", "dropped", "channels over a parent's or a ring's limit"),
    Left.NOT_REACHED: CountKey("", "dropped", "channels not reached this night"),
}


def next_source(run: Run, caps: Caps, explore: float = 0.0) -> RunSource | None:
    """The next channel to read, taken in from the candidates where no source is waiting.

    ``caps`` bound what is found on the way, ``explore`` is the share of it chosen by chance. None
    when all is read.
    """
    return waiting(run).first() or _adopt(run, caps, explore)


def has_more(run: Run, caps: Caps) -> bool:
    """Whether ``next_source`` has one: a source that waits, or a candidate that may be taken."""
    return waiting(run).exists() or frontier_of(run, caps, 0.0).next() is not None


def waiting(run: Run, *, handed_over: bool = False) -> QuerySet[RunSource]:
    """Sources not read yet, likeliest first: those for the preview, or those ``handed_over`` to
    accounts."""
    asked_for_first = Case(
        When(why=Why.SEED, then=Value(0)),
        When(why__in=ASKED_FOR, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    sources = RunSource.objects.filter(run=run, target__kind=TargetKind.TELEGRAM, done=False)
    left = Q(target__wanted__run=run)
    rows = sources.filter(left) if handed_over else sources.exclude(left)
    rows = rows.select_related("target").annotate(rank=asked_for_first, worth=expected())
    return rows.order_by("rank", "-worth", "pk")


def _adopt(run: Run, caps: Caps, explore: float) -> RunSource | None:
    """The next one; where many wait, some more with it, since weighing them all takes a while."""
    frontier = frontier_of(run, caps, explore)
    at_once = _AT_ONCE if len(frontier) >= _MANY else 1
    picks = [pick for _ in range(at_once) if (pick := frontier.next()) is not None]
    return next(iter([take(run, pick) for pick in picks]), None)


def count_left(run: Run, caps: Caps) -> int:
    """Count, as it stands now, how many channels found were not looked at, by what kept them."""
    frontier = frontier_of(run, caps, 0.0)
    left = Counter(why for _, why in frontier.left_by())
    left[Left.LIMIT if frontier.is_full else Left.NOT_REACHED] += beyond(run)
    for why, key in _LEFT.items():
        set_count(run, key, left[why])
    return left.total()


def set_count(run: Run, key: CountKey, n: int) -> None:
    """Make one of the stage's counts ``n``: what is found out anew at each start is not added."""
    row = RunCount.objects.filter(run=run, stage=STAGE, **key._asdict()).first()
    change = n - (row.n if row else 0)
    if change:
        counts.add(run.pk, STAGE, {key: change})
