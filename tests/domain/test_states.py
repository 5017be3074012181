from __future__ import annotations

import itertools

import pytest

from domain.errors import MoveError
from domain.states import CaseState as S
from domain.states import allowed_moves, check_move, check_undo

# Written by hand from the design, not from the code: every pair that is allowed.
ALLOWED = {
    (S.NEW, S.ASSESSED),
    (S.ASSESSED, S.SCREENED_OUT),
    (S.ASSESSED, S.IN_REVIEW),
    (S.IN_REVIEW, S.ESCALATED),
    (S.IN_REVIEW, S.ON_HOLD),
    (S.IN_REVIEW, S.DISMISSED),
    (S.IN_REVIEW, S.CONFIRMED),
    (S.ESCALATED, S.ON_HOLD),
    (S.ESCALATED, S.DISMISSED),
    (S.ESCALATED, S.CONFIRMED),
    (S.ON_HOLD, S.IN_REVIEW),
    (S.CONFIRMED, S.ON_HOLD),
    (S.CONFIRMED, S.REQUESTED),
    (S.CONFIRMED, S.WITHDRAWN),
    (S.REQUESTED, S.EXPIRED),
    (S.REQUESTED, S.WITHDRAWN),
    (S.REQUESTED, S.LIFTED),
    (S.SCREENED_OUT, S.IN_REVIEW),
    (S.DISMISSED, S.IN_REVIEW),
    (S.EXPIRED, S.IN_REVIEW),
    (S.LIFTED, S.IN_REVIEW),
    (S.WITHDRAWN, S.IN_REVIEW),
    *((state, S.UNREACHABLE) for state in S if state is not S.UNREACHABLE),
}

# What can be undone: from where a verdict leads, back to where it can be given.
UNDONE = {
    (S.ESCALATED, S.IN_REVIEW),
    (S.DISMISSED, S.IN_REVIEW),
    (S.DISMISSED, S.ESCALATED),
    (S.CONFIRMED, S.IN_REVIEW),
    (S.CONFIRMED, S.ESCALATED),
    (S.ON_HOLD, S.IN_REVIEW),
    (S.ON_HOLD, S.ESCALATED),
    (S.ON_HOLD, S.CONFIRMED),
}


@pytest.mark.parametrize(("state", "back"), list(itertools.product(S, S)))
def test_every_pair_that_an_undone_verdict_may_go_back(state: S, back: S) -> None:
    if (state, back) in UNDONE:
        check_undo(state, back)
    else:
        with pytest.raises(MoveError, match=f"case 7: nothing that leads from {back} to {state}"):
            check_undo(state, back, case="7")


@pytest.mark.parametrize(("state", "to"), list(itertools.product(S, S)))
def test_every_pair_of_states(state: S, to: S) -> None:
    if (state, to) in ALLOWED:
        check_move(state, to)
    else:
        with pytest.raises(MoveError, match=f"case 7: {state} may become"):
            check_move(state, to, case="7")


@pytest.mark.parametrize("origin", [s for s in S if s is not S.UNREACHABLE])
def test_an_unreachable_case_goes_back_only_to_where_it_was(origin: S) -> None:
    assert allowed_moves(S.UNREACHABLE, came_from=origin) == {origin}


def test_a_hold_on_a_confirmed_case_may_end_confirmed() -> None:
    check_move(S.ON_HOLD, S.CONFIRMED, came_from=S.CONFIRMED)
    with pytest.raises(MoveError):
        check_move(S.ON_HOLD, S.CONFIRMED, came_from=S.IN_REVIEW)
