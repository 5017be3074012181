"""What a person may say of a case, and what follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from domain.errors import FourEyesError, InputError
from domain.states import CaseState


class VerdictKind(StrEnum):
    """A person's verdict."""

    CONFIRM = "confirm"
    DISMISS = "dismiss"
    ESCALATE = "escalate"
    HOLD = "hold"


#: More than a day on one case is a clock left running.
MOST_SECONDS = 86_400


class Jurisdiction(StrEnum):
    """Why this unit: what ties the target to the country."""

    SELLS_IN = "sells_in"
    SHIPS_TO = "ships_to"
    ADVERTISES_IN = "advertises_in"


def outcome_of(
    state: CaseState, verdict: VerdictKind, earlier: Sequence[VerdictKind], *, drawn: bool = False
) -> CaseState | None:
    """The state that ``verdict`` leads to, or None when another person must speak first.

    ``earlier`` are the verdicts of this round by other people. Two agreeing confirmations
    confirm; a dismissal against an earlier confirmation escalates to a third person, whose
    verdict decides, and so does a confirmation against an earlier dismissal. A dismissal that
    nobody contradicts dismisses, unless it was ``drawn``: then a second person looks as well, for
    without such a sample nobody could say how often people agree.
    """
    match verdict:
        case VerdictKind.HOLD:
            return CaseState.ON_HOLD
        case VerdictKind.ESCALATE:
            return CaseState.ESCALATED if state is not CaseState.ESCALATED else None
        case VerdictKind.DISMISS:
            contradicts = VerdictKind.CONFIRM in earlier
            if state is CaseState.IN_REVIEW and contradicts:
                return CaseState.ESCALATED
            return None if drawn and can_be_drawn(state, earlier) else CaseState.DISMISSED
        case VerdictKind.CONFIRM:
            if state is CaseState.IN_REVIEW and VerdictKind.DISMISS in earlier:
                return CaseState.ESCALATED
            return CaseState.CONFIRMED if VerdictKind.CONFIRM in earlier else None


def can_be_drawn(state: CaseState, earlier: Sequence[VerdictKind]) -> bool:
    """Whether a dismissal may be drawn for a second look: the first verdict of a review may."""
    return state is CaseState.IN_REVIEW and not earlier


def check_verdict(
    verdict: VerdictKind,
    reason: str,
    jurisdiction: Jurisdiction | None,
    *,
    seconds: int = 0,
    decided_before: bool,
) -> None:
    """Raise FourEyesError for a second verdict by one person, InputError for a missing ground or
    an impossible time."""
    if not 0 <= seconds <= MOST_SECONDS:
        raise InputError(f"seconds spent on a case: 0 to {MOST_SECONDS}, not {seconds}")
    if decided_before:
        raise FourEyesError("you have decided this case already: another person must")
    if verdict is VerdictKind.CONFIRM and jurisdiction is None:
        names = ", ".join(Jurisdiction)
        raise InputError(f"a confirmation needs its jurisdiction, one of: {names}")
    if verdict is not VerdictKind.CONFIRM and not reason.strip():
        raise InputError(f"{verdict} needs a reason")
