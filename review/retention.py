"""How long evidence is kept, what is due to go and what went, as people read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from cases.models import AuditEvent, Case, Person, Run, RunCount
from cases.outlook import Outlook, outlook
from cases.people import Role, may, require
from cases.sealing import ERASED
from domain.clock import Clock, utc_now
from domain.retention import Class, Days
from domain.states import CaseState
from review.paging import Paged, paged
from review.service import READERS
from review.tables import Table
from review.vocabulary import called

RETENTION_READERS = frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.OPERATOR})
#: As ``nightly.forgetting`` names it.
FORGOTTEN = "retention.forgotten"
AHEAD_DAYS = 30
_HOLDS_SHOWN = 50
#: What stays for the restricted queue is told with what waits: its own number would tell of it.
_TOLD_AS = {"restricted": "waits for people"}


@dataclass(frozen=True, slots=True)
class Gone:
    """What went at one time: ``rows`` of ``what``, whose files had ``size`` bytes more than what
    was written anew (None for what is no evidence)."""

    seq: int
    at: str
    what: str
    rows: int
    size: int | None


@dataclass(frozen=True, slots=True)
class Holds:
    """How many cases are on hold, whose evidence all stays; the first by their end, for those who
    read cases."""

    count: int
    overdue: int
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class RetentionView:
    """``last`` is what the last night's stage counted. ``due`` are figures by class, None where
    they were not asked for."""

    gone: Paged[Gone]
    holds: Holds
    last_run: int | None
    last: tuple[tuple[str, int], ...]
    due: Table | None
    kept: Table | None


def view(
    person: Person, days: Days, *, count: bool, page: int = 1, clock: Clock = utc_now
) -> RetentionView:
    """What is due is counted with ``count`` alone: that reads the list of all evidence. Raises
    AccessError."""
    require(person, RETENTION_READERS, "read what is kept")
    now = clock()
    found = paged(_events(), page)
    run, last = _last()
    due, kept = _outlook(days, now) if count else (None, None)
    gone = tuple(_gone(event) for event in found.rows)
    return RetentionView(
        gone=Paged(gone, found.number, found.more),
        holds=_holds(person, now),
        last_run=run,
        last=last,
        due=due,
        kept=kept,
    )


def _events() -> QuerySet[AuditEvent]:
    return AuditEvent.objects.filter(action__in=(ERASED, FORGOTTEN)).order_by("-seq")


def _gone(event: AuditEvent) -> Gone:
    told = event.details
    if event.action == FORGOTTEN:
        return Gone(event.seq, event.at, event.subject.partition(":")[2], int(told["n"]), None)
    size = sum(int(size) for size, _ in told["files"].values())
    size -= sum(int(size) for size, _ in told["kept"].values())
    return Gone(event.seq, event.at, str(told["class"]), int(told["rows"]), size)


def _holds(person: Person, now: datetime) -> Holds:
    held = Q(state=CaseState.ON_HOLD) | Q(came_from=CaseState.ON_HOLD)
    held |= Q(hold_owner__isnull=False)
    rows = Case.objects.filter(held, restricted=False).order_by("hold_until", "pk")
    shown = rows.select_related("hold_owner")[:_HOLDS_SHOWN] if may(person, READERS) else ()
    return Holds(rows.count(), rows.filter(hold_until__lte=now).count(), tuple(shown))


def _last() -> tuple[int | None, tuple[tuple[str, int], ...]]:
    """What the stage of the last night that ended let go of, and failed to."""
    run = Run.objects.filter(kind="night").exclude(finished_at=None).order_by("-pk").first()
    if run is None:
        return None, ()
    rows = RunCount.objects.filter(run=run, stage="retention", name__in=("out", "failed"))
    return run.pk, tuple(rows.order_by("name", "reason").values_list("reason", "n"))


def _outlook(days: Days, now: datetime) -> tuple[Table, Table]:
    at = now + timedelta(days=AHEAD_DAYS)
    today = {kind: outlook(kind, days, now) for kind in Class}
    ahead = {kind: outlook(kind, days, at) for kind in Class}
    due = Table(
        "due",
        _("What is due"),
        (
            _("evidence"), _("in the store"), _("bytes"), _("due now"), _("bytes due now"),
            _("due in %(n)s days") % {"n": AHEAD_DAYS}, _("bytes due then"),
        ),
        tuple(
            (
                called(kind, "evidence"), one.rows, one.bytes, one.due, one.due_bytes,
                ahead[kind].due, ahead[kind].due_bytes,
            )
            for kind, one in today.items()
        ),
        _("Due then: if no case moves until then. The next night erases what is due now."),
    )  # fmt: skip
    return due, _kept(today)


def _kept(today: dict[Class, Outlook]) -> Table:
    rows = {
        (kind, _TOLD_AS.get(reason, reason)): 0 for kind in today for reason in today[kind].kept
    }
    for kind, one in today.items():
        for reason, n in one.kept.items():
            rows[kind, _TOLD_AS.get(reason, reason)] += n
    return Table(
        "kept",
        _("What is older and stays"),
        (_("evidence"), _("why it stays"), _("how many")),
        tuple(
            (called(kind, "evidence"), called(reason, "kept"), n)
            for (kind, reason), n in sorted(rows.items())
        ),
    )
