"""What a decision led to, in words."""

from __future__ import annotations

from cases.models import Case
from domain.decisions import VerdictKind
from domain.states import CaseState

_NEXT = {
    CaseState.CONFIRMED: "two people agree; the next export asks for it to be blocked",
    CaseState.DISMISSED: "it is out of the queue until there is new evidence",
    CaseState.ESCALATED: "another person, who has not decided it, must look",
    CaseState.ON_HOLD: "nothing about it leaves the house until the hold is ended",
    CaseState.WITHDRAWN: "it is in no further export",
}


def told(what: str, case: Case) -> str:
    """The state that ``case`` is in after ``what`` was done to it, and what that means."""
    state = CaseState(case.state)
    if what == VerdictKind.CONFIRM and state in {CaseState.IN_REVIEW, CaseState.ESCALATED}:
        return f"{state}, 1 of 2 confirmations; another person must look"
    if what == VerdictKind.DISMISS and state is CaseState.IN_REVIEW:
        return f"{state}, drawn by chance for a second look; another person decides it, too"
    if what == "end-hold":
        return f"{state}, the hold is ended"
    return f"{state}, {_NEXT[state]}" if state in _NEXT else state
