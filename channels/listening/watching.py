"""Which channels are listened to: those that people decide or have confirmed, likeliest first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from django.db.models import Exists, F, OuterRef, Q

from cases.models import Capture, Case, Run, RunSource, Target
from channels.identity import is_alias, username_of
from channels.models import ChannelCursor
from channels.mtproto.updates import Change
from channels.posts import ChannelInfo
from domain.candidates import Why
from domain.captures import OF_A_GROUP, Egress, Outcome
from domain.states import CaseState
from domain.targets import TargetKind

#: Cases that are over, on hold or unreachable are left alone, as they are by nights.
LISTENED_TO = (
    CaseState.IN_REVIEW,
    CaseState.ESCALATED,
    CaseState.CONFIRMED,
    CaseState.REQUESTED,
)
#: Pauses of a channel that fails double up to so many intervals.
_MOST_INTERVALS = 16
_SHOWN = (Outcome.OK, Outcome.EMPTY)
GROUP, LIMIT, UNREAD = "a group is not listened to", "over the listener's limit", "never read yet"


@dataclass(slots=True)
class Watched:
    """One channel that is listened to, and where listening stands. Times are monotonic, seconds.

    ``poll_at`` and ``ask_at`` are when it is read, and when what has changed is asked for, next.
    ``told`` is the newest change that anybody spoke of; changes that came out of their order are
    ``waiting`` since ``waits_since``. ``read_pts`` and ``read_low``: a reading has seen the posts
    from ``read_low`` on as they were after that change. ``no_account``: no account can read it.
    ``asked``: it has been asked by this account what has changed.
    """

    source: RunSource
    by_preview: bool
    poll_at: float
    ask_at: float
    failures: int = 0
    told: int = 0
    waiting: list[Change] = field(default_factory=list)
    waits_since: float = 0.0
    read_pts: int = 0
    read_low: int = 0
    no_account: bool = False
    asked: bool = False
    info: ChannelInfo | None = None

    @property
    def intervals(self) -> int:
        """The pause until it is tried again, in intervals: longer the more often it failed."""
        return int(min(2**self.failures, _MOST_INTERVALS))

    @property
    def target(self) -> Target:
        return self.source.target

    @property
    def number(self) -> int:
        return int(self.source.target.value)


def chosen(run: Run, most: int) -> tuple[list[RunSource], Counter[str]]:
    """The channels to listen to, as sources of ``run``, at ``most`` so many, and how many others
    are left out, by reason."""
    group = Capture.objects.filter(target=OuterRef("target"))
    group = group.filter(Q(outcome=Outcome.GROUP) | Q(redacted__startswith=OF_A_GROUP))
    cases = Case.objects.filter(
        target__kind=TargetKind.TELEGRAM, state__in=LISTENED_TO, restricted=False
    )
    cases = cases.select_related("target").annotate(group=Exists(group))
    left: Counter[str] = Counter()
    found: list[RunSource] = []
    for case in cases.order_by(F("score").desc(nulls_last=True), "pk"):
        if case.group:
            left[GROUP] += 1
        elif is_alias(case.target) or not case.target.value.isdecimal():
            left[UNREAD] += 1
        elif len(found) >= most:
            left[LIMIT] += 1
        else:
            found.append(_source(run, case.target))
    return found, left


def _source(run: Run, target: Target) -> RunSource:
    row, _ = RunSource.objects.get_or_create(run=run, target=target, defaults={"why": Why.RECHECK})
    row.target = target
    return row


def has_preview(target: Target) -> bool:
    """Whether the preview showed the channel when it was last asked for it."""
    if not username_of(target):
        return False
    pages = Capture.objects.filter(target=target, egress=Egress.PREVIEW)
    last = pages.exclude(outcome=Outcome.REDIRECT).order_by("-pk").first()
    return last is not None and last.outcome in _SHOWN


def is_being_read(run: Run, target: Target) -> bool:
    """Whether another run is in the middle of the channel: where it stands is its own."""
    rows = ChannelCursor.objects.filter(target=target, run__state=Run.State.RUNNING)
    return rows.exclude(run=run).exclude(before_id=None).exists()
