"""The states of a case and the one table of allowed moves."""

from __future__ import annotations

from enum import StrEnum

from domain.errors import MoveError


class CaseState(StrEnum):
    """Where a case stands."""

    NEW = "new"
    ASSESSED = "assessed"
    SCREENED_OUT = "screened_out"
    IN_REVIEW = "in_review"
    ESCALATED = "escalated"
    ON_HOLD = "on_hold"
    DISMISSED = "dismissed"
    CONFIRMED = "confirmed"
    REQUESTED = "requested"
    EXPIRED = "expired"
    LIFTED = "lifted"
    WITHDRAWN = "withdrawn"
    UNREACHABLE = "unreachable"


_S = CaseState
_MOVES: dict[CaseState, frozenset[CaseState]] = {
    _S.NEW: frozenset({_S.ASSESSED}),
    _S.ASSESSED: frozenset({_S.SCREENED_OUT, _S.IN_REVIEW}),
    _S.IN_REVIEW: frozenset({_S.ESCALATED, _S.ON_HOLD, _S.DISMISSED, _S.CONFIRMED}),
    _S.ESCALATED: frozenset({_S.ON_HOLD, _S.DISMISSED, _S.CONFIRMED}),
    _S.ON_HOLD: frozenset({_S.IN_REVIEW, _S.ESCALATED, _S.CONFIRMED}),
    _S.CONFIRMED: frozenset({_S.ON_HOLD, _S.REQUESTED, _S.WITHDRAWN}),
    _S.REQUESTED: frozenset({_S.EXPIRED, _S.WITHDRAWN, _S.LIFTED}),
    _S.SCREENED_OUT: frozenset({_S.IN_REVIEW}),
    _S.DISMISSED: frozenset({_S.IN_REVIEW}),
    _S.EXPIRED: frozenset({_S.IN_REVIEW}),
    _S.LIFTED: frozenset({_S.IN_REVIEW}),
    _S.WITHDRAWN: frozenset({_S.IN_REVIEW}),
}


# What an undone verdict goes back to: no move of a case's own, but as if the verdict had not been.
_UNDONE: dict[CaseState, frozenset[CaseState]] = {
    _S.ESCALATED: frozenset({_S.IN_REVIEW}),
    _S.DISMISSED: frozenset({_S.IN_REVIEW, _S.ESCALATED}),
    _S.CONFIRMED: frozenset({_S.IN_REVIEW, _S.ESCALATED}),
    _S.ON_HOLD: frozenset({_S.IN_REVIEW, _S.ESCALATED, _S.CONFIRMED}),
}


def allowed_moves(state: CaseState, came_from: CaseState | None = None) -> frozenset[CaseState]:
    """The states that a case in ``state`` may move to.

    Any state may become unreachable; from there the only way is back to ``came_from``. A hold
    ends where it began: in review, escalated or confirmed; in review where that is not known.
    """
    if state is _S.UNREACHABLE:
        return frozenset({came_from} if came_from else ())
    allowed = _MOVES[state]
    if state is _S.ON_HOLD:
        allowed = frozenset({came_from if came_from in allowed else _S.IN_REVIEW})
    return allowed | {_S.UNREACHABLE}


def check_move(
    state: CaseState, to: CaseState, *, came_from: CaseState | None = None, case: str = ""
) -> None:
    """Raise MoveError, naming the case and what is allowed, unless ``state`` may become ``to``."""
    allowed = allowed_moves(state, came_from)
    if to not in allowed:
        names = ", ".join(sorted(allowed)) or "nothing"
        raise MoveError(f"case {case}: {state} may become {names}; not {to}")


def check_undo(state: CaseState, back: CaseState, *, case: str = "") -> None:
    """Raise MoveError unless a verdict that led to ``state`` can have been given in ``back``."""
    if back not in _UNDONE.get(state, frozenset()):
        raise MoveError(f"case {case}: nothing that leads from {back} to {state} can be undone")
