from __future__ import annotations

import itertools

import pytest

from domain.states import CaseState
from domain.told import Told, told_of


@pytest.mark.parametrize(
    ("restricted", "executed"), list(itertools.product((False, True), repeat=2))
)
def test_held_and_restricted_cases_look_like_one_in_review(
    restricted: bool, executed: bool
) -> None:
    in_review = told_of(CaseState.IN_REVIEW, restricted=False, executed=False)
    held = told_of(CaseState.ON_HOLD, restricted=restricted, executed=executed)
    assert held is in_review is Told.LOOKING
    for state in CaseState:
        assert told_of(state, restricted=True, executed=executed) is Told.LOOKING


def test_that_something_is_planned_is_told_when_anybody_can_see_it() -> None:
    planned = {CaseState.CONFIRMED, CaseState.REQUESTED, CaseState.ESCALATED}
    assert {told_of(one, restricted=False, executed=False) for one in planned} == {Told.LOOKING}
    assert told_of(CaseState.REQUESTED, restricted=False, executed=True) is Told.ACTED
    assert told_of(CaseState.NEW, restricted=False, executed=False) is Told.RECEIVED
    assert told_of(CaseState.DISMISSED, restricted=False, executed=False) is Told.CLOSED
