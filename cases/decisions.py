"""A person decides a case. The four-eyes rule lives here, below every page and command."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from cases import audit
from cases.models import Case, DecisionRow, Person
from cases.moves import move
from cases.people import DECIDERS, require
from domain.clock import Clock, utc_now
from domain.decisions import Jurisdiction, VerdictKind, check_verdict, outcome_of
from domain.errors import InputError, MoveError
from domain.states import CaseState

OPEN_STATES = frozenset({CaseState.IN_REVIEW, CaseState.ESCALATED})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person says of a case. A hold needs ``hold_until`` as well as a reason."""

    kind: VerdictKind
    reason: str = ""
    jurisdiction: Jurisdiction | None = None
    seconds: int = 0
    hold_until: datetime | None = None


def decide(case_id: int, person: Person, verdict: Verdict, *, clock: Clock = utc_now) -> Case:
    """Record ``verdict`` and move the case where it leads.

    Raises AccessError when the person may not decide, FourEyesError when the person has decided
    this case in this round, MoveError when it is not open for decisions, InputError when a
    ground is missing.
    """
    require(person, DECIDERS, "decide cases")
    with transaction.atomic():
        case = Case.objects.select_for_update().select_related("target").get(pk=case_id)
        state = CaseState(case.state)
        if state not in OPEN_STATES:
            raise MoveError(f"case {case_id} is {state}: only a case in review can be decided")
        decisions = DecisionRow.objects.filter(case=case, review_round=case.review_round)
        check_verdict(
            verdict.kind,
            verdict.reason,
            verdict.jurisdiction,
            decided_before=decisions.filter(person=person).exists(),
        )
        _check_hold(verdict, clock())
        earlier = [VerdictKind(v) for v in decisions.values_list("verdict", flat=True)]
        _write(case, person, verdict, clock)
        to = outcome_of(state, verdict.kind, earlier)
        if to is not None:
            case = move(
                case.pk,
                to,
                actor=person.username,
                reason=verdict.reason or verdict.kind,
                clock=clock,
            )
            if to is CaseState.ON_HOLD:
                _write_hold(case, person, verdict)
    return case


def _check_hold(verdict: Verdict, now: datetime) -> None:
    if verdict.kind is not VerdictKind.HOLD:
        return
    if verdict.hold_until is None or verdict.hold_until <= now:
        raise InputError("a hold needs an end date in the future")


def _write(case: Case, person: Person, verdict: Verdict, clock: Clock) -> None:
    DecisionRow.objects.create(
        case=case,
        person=person,
        review_round=case.review_round,
        verdict=verdict.kind,
        reason=verdict.reason,
        jurisdiction=verdict.jurisdiction or "",
        seconds=verdict.seconds,
        decided_at=clock(),
    )
    audit.append(
        f"decision.{verdict.kind}",
        f"case:{case.pk}",
        actor=person.username,
        details={
            "round": case.review_round,
            "jurisdiction": str(verdict.jurisdiction or ""),
            "seconds": verdict.seconds,
        },
        clock=clock,
    )


def _write_hold(case: Case, person: Person, verdict: Verdict) -> None:
    case.hold_owner = person
    case.hold_reason = verdict.reason
    case.hold_until = verdict.hold_until
    case.save(update_fields=["hold_owner", "hold_reason", "hold_until"])


def awaiting(person: Person) -> list[int]:
    """Case ids that ``person`` could decide now, likeliest shops first."""
    decided = DecisionRow.objects.filter(person=person)
    rows = (
        Case.objects.filter(state__in=[*OPEN_STATES], restricted=False)
        .order_by("-score", "pk")
        .values_list("pk", "review_round")
    )
    mine = set(decided.values_list("case_id", "review_round"))
    return [pk for pk, review_round in rows if (pk, review_round) not in mine]
