"""Known cases looked at again: which are due, what was met there, and the moves that follow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce

from cases.cut_short import looks
from cases.models import Case, ContentCheck, Run
from cases.moves import move
from cases.ordering import Orderings, nothing_ordered
from domain.clock import Clock, utc_now
from domain.rechecks import CheckResult, Rules, Schedule, is_due
from domain.states import CaseState

ACTOR = "system:recheck"
#: States that a decision or an order ended: only what is new brings such a case back to review.
ENDED = frozenset({CaseState.DISMISSED, CaseState.EXPIRED, CaseState.LIFTED, CaseState.WITHDRAWN})
_LOOKS = 30


@dataclass(frozen=True, slots=True)
class Due:
    """Ids of the cases to look at tonight, the longest overdue first, and how many wait."""

    cases: list[int]
    over_budget: int


def due_cases(schedule: Schedule, now: datetime, *, orderings: Orderings = nothing_ordered) -> Due:
    """The known cases whose next look falls due in the night that begins ``now``.

    The last look is the newest check, or, where there is none yet, the last visit. One that a
    night did not come to is still due.
    ``orderings`` says how far blocking them has come.
    """
    checks = ContentCheck.objects.filter(case=OuterRef("pk")).order_by("-at")
    visits = looks().filter(target=OuterRef("target_id")).order_by("-run_id")
    last = Coalesce(
        Subquery(checks.values("at")[:1]), Subquery(visits.values("run__started_at")[:1])
    )
    rows = (
        Case.objects.filter(state__in=[*schedule.days], restricted=False)
        .annotate(last=last)
        .order_by("pk")
        .values_list("pk", "state", "last")
    )
    orders = orderings()
    due: list[tuple[datetime, int]] = []
    for pk, state, last in rows.iterator():
        failed = _failed_since_unreachable(pk) if state == CaseState.UNREACHABLE else 0
        when = schedule.due(pk, CaseState(state), last, order=orders.get(pk), failed_before=failed)
        if is_due(when, now):
            due.append((when or datetime.min.replace(tzinfo=now.tzinfo), pk))
    due.sort()
    ids = [pk for _, pk in due]
    return Due(ids[: schedule.max_per_night], max(0, len(ids) - schedule.max_per_night))


def _failed_since_unreachable(case_id: int) -> int:
    """Failed looks at a case that was unreachable already."""
    return (
        ContentCheck.objects.filter(case=case_id, state=CaseState.UNREACHABLE)
        .filter(at__gt=Case.objects.get(pk=case_id).changed_at)
        .count()
    )


@dataclass(frozen=True, slots=True)
class Seen:
    """What tonight's look at a case amounts to, see ``ContentCheck``; ids of rows, or None.

    ``new_share`` is the share of the selling pages' lines that no earlier page had, where a
    decision ended the case before.
    """

    result: CheckResult
    outcome: str
    threshold: float
    documents: int = 0
    score: float | None = None
    selling: bool | None = None
    changed: float | None = None
    moved_to: int | None = None
    capture: int | None = None
    new_share: float = 0.0


@dataclass(slots=True)
class Checked:
    """The check that was written, and the state that the case moved to, if it did."""

    check: ContentCheck
    moves: list[CaseState] = field(default_factory=list)


def record(
    case_id: int, run: Run, seen: Seen, rules: Rules, *, clock: Clock = utc_now
) -> Checked | None:
    """Write what was met, once for each run and case, and move the case by rule.

    Several failed looks in a row, each in another night, make it unreachable; one look that does
    not fail brings it back. A case that was ended goes back to review when it sells by what is
    new. None when the run has this check already. Call it in a transaction with what follows.
    """
    with transaction.atomic():
        case = Case.objects.select_for_update().get(pk=case_id)
        check, created = ContentCheck.objects.get_or_create(
            run=run,
            case=case,
            defaults={
                "at": run.started_at,
                "state": case.state,
                "result": seen.result,
                "outcome": seen.outcome,
                "documents": seen.documents,
                "score": seen.score,
                "threshold": seen.threshold,
                "selling": seen.selling,
                "changed": seen.changed,
                "moved_to_id": seen.moved_to,
                "capture_id": seen.capture,
            },
        )
        if not created:
            return None
        checked = Checked(check)
        for to, reason in _moves(case, check, seen, rules):
            move(case_id, to, actor=ACTOR, reason=reason, details={"check": check.pk}, clock=clock)
            checked.moves.append(to)
    return checked


def _moves(
    case: Case, check: ContentCheck, seen: Seen, rules: Rules
) -> list[tuple[CaseState, str]]:
    state, found = CaseState(case.state), list[tuple[CaseState, str]]()
    if state is CaseState.UNREACHABLE:
        if seen.result is CheckResult.DOWN:
            return []
        state = CaseState(case.came_from)
        found.append((state, f"reachable again: {seen.result}"))
    elif seen.result is CheckResult.DOWN:
        failed = nights(streak(case.pk, {CheckResult.DOWN}))
        if failed >= rules.unreachable_after:
            found.append((CaseState.UNREACHABLE, f"down in {failed} nights: {check.outcome}"))
    if state in ENDED and seen.selling and seen.new_share >= rules.new_evidence:
        reason = f"sells, score {seen.score:.4f}, {seen.new_share:.0%} of it new since the decision"
        found.append((CaseState.IN_REVIEW, reason))
    return found


def streak(
    case_id: int, results: Iterable[CheckResult], *, clean: bool = False
) -> list[ContentCheck]:
    """The newest checks of a case in a row (newest first) that met one of ``results`` and, with
    ``clean``, sold nothing."""
    wanted, found = frozenset(results), list[ContentCheck]()
    for check in ContentCheck.objects.filter(case=case_id).order_by("-at", "-pk")[:_LOOKS]:
        if check.result not in wanted or (clean and check.selling is not False):
            break
        found.append(check)
    return found


def nights(checks: Iterable[ContentCheck]) -> int:
    """In how many nights the checks were made: two runs of one day are one."""
    return len({check.at.date() for check in checks})


def standing(case: Case) -> CaseState:
    """The state that counts for a case: of an unreachable one the state before."""
    state = CaseState(case.state)
    return CaseState(case.came_from) if state is CaseState.UNREACHABLE else state
