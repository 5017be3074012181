"""A person decides a case. The four-eyes rule lives here, below every page and command."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import SystemRandom

from django.db import transaction
from django.db.models import F, Q, QuerySet

from cases import audit
from cases.ending import end
from cases.models import Case, DecisionRow, Informed, Person
from cases.moves import move
from cases.people import DECIDERS, RELEASERS, may, require
from domain.clock import Clock, utc_now
from domain.decisions import (
    Jurisdiction,
    VerdictKind,
    can_be_drawn,
    check_verdict,
    outcome_of,
)
from domain.errors import AccessError, FourEyesError, InputError, MoveError
from domain.states import CaseState

_random = SystemRandom().random
_DISMISS = VerdictKind.DISMISS
_HELD = ("hold_owner", "hold_reason", "hold_until", "held_from")
OPEN_STATES = frozenset({CaseState.IN_REVIEW, CaseState.ESCALATED})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person says of a case. A hold needs ``hold_until`` as well as a reason; its owner is
    whoever says so, unless ``hold_owner`` names somebody else who decides cases.

    ``seconds`` were spent on it. ``drawn_share`` (0 to 1) of the dismissals that come first in a
    review go to a second person.
    """

    kind: VerdictKind
    reason: str = ""
    jurisdiction: Jurisdiction | None = None
    seconds: int = 0
    hold_until: datetime | None = None
    drawn_share: float = 0.0
    hold_owner: Person | None = None


def decide(
    case_id: int,
    person: Person,
    verdict: Verdict,
    *,
    clock: Clock = utc_now,
    draw: Callable[[], float] = _random,
) -> Case:
    """Record ``verdict`` and move the case where it leads. ``draw`` gives numbers from 0 to 1.

    Raises AccessError when the person may not decide, FourEyesError when the person has decided
    this case in this round or knows what others said of it in another way, MoveError when it is not
    open for decisions, InputError when a ground is missing.
    """
    require(person, DECIDERS, "decide cases")
    with transaction.atomic():
        case = Case.objects.select_for_update().select_related("target").get(pk=case_id)
        state = CaseState(case.state)
        _check_open(case, state, verdict.kind)
        decisions = DecisionRow.objects.filter(case=case, review_round=case.review_round)
        check_verdict(
            verdict.kind,
            verdict.reason,
            verdict.jurisdiction,
            seconds=verdict.seconds,
            decided_before=verdict.kind is not VerdictKind.HOLD
            and decisions.filter(person=person).exists(),
        )
        if verdict.kind is not VerdictKind.HOLD and informed(person).filter(case=case).exists():
            raise FourEyesError("you know what others said of this case: another person must")
        _check_hold(verdict, clock())
        earlier = [VerdictKind(v) for v in decisions.values_list("verdict", flat=True)]
        share = verdict.drawn_share if can_be_drawn(state, earlier) else 0.0
        drawn = share > 0 and _is_drawn(case, person, share, draw)
        to = outcome_of(state, verdict.kind, earlier, drawn=drawn)
        _write(case, person, verdict, to, clock)
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


def _is_drawn(case: Case, person: Person, share: float, draw: Callable[[], float]) -> bool:
    """Whether a dismissal goes to a second person: as one that ``person`` took back in this round
    did or did not, or whoever wants no second look would dismiss until there is none."""
    taken_back = DecisionRow.every.filter(
        case=case, review_round=case.review_round, person=person, verdict=_DISMISS
    )
    row = taken_back.exclude(undone_at=None).order_by("pk").first()
    return draw() < share if row is None else row.drawn_share is not None


def informed(person: Person) -> QuerySet[Informed]:
    """Of which cases ``person`` knows, in the present round, what others said."""
    return Informed.objects.filter(person=person, review_round=F("case__review_round"))


def inform(case: Case, person: Person, why: Informed.Why, at: datetime) -> None:
    """Write down that ``person`` knows what others said of a case that they have not decided;
    nothing where nobody said anything."""
    said = DecisionRow.every.filter(case=case, review_round=case.review_round)
    decided = said.filter(person=person, undone_at=None)
    if is_undecided(case) and said.exclude(person=person).exists() and not decided.exists():
        Informed.objects.get_or_create(
            case=case, review_round=case.review_round, person=person,
            defaults={"why": why, "at": at},
        )  # fmt: skip


def is_undecided(case: Case) -> bool:
    """Whether the case is open for decisions beneath a hold and an absence: what somebody said of
    it is not yet for those who may still decide it."""
    state = case.state
    if state == CaseState.UNREACHABLE:
        state = case.came_from
    if state == CaseState.ON_HOLD:
        state = case.held_from
    return state in OPEN_STATES


#: The same of cases in a query.
UNDECIDED = Q(state__in=[*OPEN_STATES]) | (
    (Q(state=CaseState.ON_HOLD) | Q(state=CaseState.UNREACHABLE, came_from=CaseState.ON_HOLD))
    & Q(held_from__in=[*OPEN_STATES])
) | Q(state=CaseState.UNREACHABLE, came_from__in=[*OPEN_STATES])  # fmt: skip


def _check_open(case: Case, state: CaseState, kind: VerdictKind) -> None:
    if case.restricted:
        raise AccessError(f"case {case.pk} is in the restricted queue")
    may_hold = kind is VerdictKind.HOLD and state is CaseState.CONFIRMED
    if state not in OPEN_STATES and not may_hold:
        raise MoveError(f"case {case.pk} is {state}: only a case in review can be decided")


def _check_hold(verdict: Verdict, now: datetime) -> None:
    if verdict.kind is not VerdictKind.HOLD:
        return
    if verdict.hold_until is None or verdict.hold_until <= now:
        raise InputError("a hold needs an end date in the future")
    if verdict.hold_owner is not None and not may(verdict.hold_owner, DECIDERS):
        raise InputError("the owner of a hold is somebody who decides cases")


def _write(
    case: Case, person: Person, verdict: Verdict, to: CaseState | None, clock: Clock
) -> None:
    """Write the verdict down. A hold is none: its owner may still decide the case afterwards."""
    if verdict.kind is not VerdictKind.HOLD:
        DecisionRow.objects.create(
            case=case,
            person=person,
            review_round=case.review_round,
            verdict=verdict.kind,
            reason=verdict.reason,
            jurisdiction=verdict.jurisdiction or "",
            seconds=verdict.seconds,
            decided_at=clock(),
            state_before=case.state,
            led_to=to or "",
            drawn_share=verdict.drawn_share if verdict.kind is _DISMISS and to is None else None,
        )
    audit.append(
        f"decision.{verdict.kind}",
        f"case:{case.pk}",
        actor=person.username,
        details={
            "round": case.review_round,
            "jurisdiction": str(verdict.jurisdiction or ""),
            "seconds": verdict.seconds,
            **({"owner": verdict.hold_owner.username} if verdict.hold_owner else {}),
        },
        clock=clock,
    )


def _write_hold(case: Case, person: Person, verdict: Verdict) -> None:
    case.held_from = case.came_from
    case.hold_owner = verdict.hold_owner or person
    case.hold_reason = verdict.reason
    case.hold_until = verdict.hold_until
    case.save(update_fields=[*_HELD])


def let_go(case: Case) -> None:
    """Take the hold off a case that was moved from it."""
    case.hold_owner, case.hold_reason, case.hold_until, case.held_from = None, "", None, ""
    case.save(update_fields=[*_HELD])


def end_hold(case_id: int, person: Person, reason: str, *, clock: Clock = utc_now) -> Case:
    """End an investigation hold: the case goes back to where it was held, in the same round of
    review, or confirmed. Its owner or a supervisor may. Raises MoveError when it is not held.
    """
    require(person, DECIDERS, "end holds")
    _need(reason, "ending a hold")
    with transaction.atomic():
        case = Case.objects.select_for_update().get(pk=case_id)
        if case.state != CaseState.ON_HOLD:
            raise MoveError(f"case {case_id} is {case.state}, not on hold")
        if case.hold_owner_id != person.pk:
            require(person, RELEASERS, "end the hold of somebody else")
        back = CaseState(case.came_from or CaseState.IN_REVIEW)
        case = move(case_id, back, actor=person.username, reason=reason, clock=clock)
        let_go(case)
    return case


def withdraw(case_id: int, person: Person, reason: str, *, clock: Clock = utc_now) -> Case:
    """Take back a confirmed or requested case, also one that became unreachable since: it is in no
    further export. A supervisor may. Raises MoveError where it is neither."""
    require(person, RELEASERS, "withdraw cases")
    _need(reason, "withdrawing a case")
    return end(case_id, CaseState.WITHDRAWN, actor=person.username, reason=reason, clock=clock)


def _need(reason: str, what: str) -> None:
    if not reason.strip():
        raise InputError(f"{what} needs a reason")


def awaiting(person: Person) -> list[int]:
    """Case ids that ``person`` could decide now: what is to be looked at first, in it what is worth
    most."""
    decided = DecisionRow.objects.filter(person=person)
    rows = (
        Case.objects.filter(state__in=[*OPEN_STATES], restricted=False)
        .order_by("-band", "-worth", "pk")
        .values_list("pk", "review_round")
    )
    mine = {
        *decided.values_list("case_id", "review_round"),
        *informed(person).values_list("case_id", "review_round"),
    }
    return [pk for pk, review_round in rows if (pk, review_round) not in mine]
