"""Taking back a verdict given by mistake, for a moment and by whoever gave it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import CharField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat

from cases import audit
from cases.decisions import inform, let_go
from cases.models import AuditEvent, Case, DecisionRow, Informed, Person
from cases.moves import move_back
from domain.clock import Clock, utc_now
from domain.decisions import VerdictKind
from domain.errors import MoveError
from domain.states import CaseState


@dataclass(frozen=True, slots=True)
class Undoable:
    """What a person did last and may still take back, and until when."""

    case_id: int
    verdict: VerdictKind
    until: datetime


def last_undoable(person: Person, within: timedelta, *, clock: Clock = utc_now) -> Undoable | None:
    """The newest verdict or hold of ``person`` that is not older than ``within``, or None."""
    since = clock() - within
    row = (
        DecisionRow.objects.filter(person=person, decided_at__gte=since)
        .order_by("-decided_at", "-pk")
        .first()
    )
    held = (
        Case.objects.filter(state=CaseState.ON_HOLD, changed_at__gte=since)
        .annotate(held_by=Subquery(_holds_of_it().values("actor")[:1]))
        .filter(held_by=person.username)
        .order_by("-changed_at", "-pk")
        .first()
    )
    if held is not None and (row is None or held.changed_at > row.decided_at):
        return Undoable(held.pk, VerdictKind.HOLD, held.changed_at + within)
    if row is None:
        return None
    return Undoable(row.case_id, VerdictKind(row.verdict), row.decided_at + within)


def _holds_of_it() -> QuerySet[AuditEvent]:
    """Who held the case at hand, newest first: its owner may be somebody else."""
    subject = Concat(Value("case:"), Cast(OuterRef("pk"), CharField()))
    events = AuditEvent.objects.filter(subject=subject, action=f"decision.{VerdictKind.HOLD}")
    return events.order_by("-seq")


def undo(case_id: int, person: Person, within: timedelta, *, clock: Clock = utc_now) -> Case:
    """Take back what ``person`` did last in a case; the record keeps that it was done and undone.
    Where others had spoken before, the case showed what they said: somebody else decides it then.

    Raises MoveError when ``person`` did nothing in it ``within`` that time, or when somebody or
    something has gone on from there.
    """
    with transaction.atomic():
        case = Case.objects.select_for_update().get(pk=case_id)
        last = last_undoable(person, within, clock=clock)
        if last is None or last.case_id != case_id or case.restricted:
            raise MoveError(f"case {case_id}: nothing of yours that can still be undone")
        if last.verdict is VerdictKind.HOLD:
            return _end_hold(case, person, clock)
        return _take_back(case, person, clock)


def _take_back(case: Case, person: Person, clock: Clock) -> Case:
    rows = DecisionRow.objects.filter(case=case, review_round=case.review_round)
    row = rows.filter(person=person).first()
    others = DecisionRow.every.filter(case=case, review_round=case.review_round)
    others = others.exclude(person=person)
    later = rows.exclude(person=person).filter(decided_at__gte=row.decided_at) if row else rows
    if row is None or later.exists() or case.state != (row.led_to or row.state_before):
        raise MoveError(f"case {case.pk} went on since: what led there cannot be undone")
    row.undone_at = clock()
    row.save(update_fields=["undone_at"])
    _tell(case, row.verdict, person, clock)
    if row.led_to:
        case = move_back(case.pk, CaseState(row.state_before), actor=person.username, clock=clock)
    standing_then = Q(undone_at=None) | Q(undone_at__gt=row.decided_at)
    if others.filter(standing_then, decided_at__lt=row.decided_at).exists():
        inform(case, person, Informed.Why.TOOK_BACK, clock())
    return case


def _end_hold(case: Case, person: Person, clock: Clock) -> Case:
    _tell(case, VerdictKind.HOLD, person, clock)
    back = CaseState(case.came_from or CaseState.IN_REVIEW)
    case = move_back(case.pk, back, actor=person.username, clock=clock)
    let_go(case)
    return case


def _tell(case: Case, verdict: str, person: Person, clock: Clock) -> None:
    details = {"round": case.review_round}
    audit.append(
        f"undo.{verdict}", f"case:{case.pk}", actor=person.username, details=details, clock=clock
    )
