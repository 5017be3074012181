from __future__ import annotations

import pytest

from cases.models import AuditEvent, Case
from cases.moves import move
from domain.errors import MoveError
from domain.states import CaseState
from tests.records import case_in, new_case

pytestmark = pytest.mark.django_db


def test_a_move_changes_the_state_and_tells_the_audit() -> None:
    case = new_case()
    move(case.pk, CaseState.ASSESSED, actor="system:assess", reason="score 0.9")
    assert Case.objects.get(pk=case.pk).state == "assessed"
    event = AuditEvent.objects.get()
    assert (event.action, event.subject) == ("case.assessed", f"case:{case.pk}")
    assert event.details["from"] == "new"
    assert event.details["reason"] == "score 0.9"


def test_a_move_that_is_not_allowed_leaves_no_trace() -> None:
    case = new_case()
    with pytest.raises(MoveError):
        move(case.pk, CaseState.CONFIRMED, actor="x", reason="y")
    assert Case.objects.get(pk=case.pk).state == "new"
    assert not AuditEvent.objects.exists()


def test_an_unreachable_case_comes_back_to_where_it_was() -> None:
    case = case_in(CaseState.IN_REVIEW)
    move(case.pk, CaseState.UNREACHABLE, actor="x", reason="down")
    case = move(case.pk, CaseState.IN_REVIEW, actor="x", reason="up")
    assert (case.state, case.came_from, case.review_round) == ("in_review", "", 1)


def test_a_hold_on_a_confirmed_case_ends_confirmed() -> None:
    case = case_in(CaseState.CONFIRMED)
    move(case.pk, CaseState.ON_HOLD, actor="x", reason="investigation")
    assert move(case.pk, CaseState.CONFIRMED, actor="x", reason="ended").state == "confirmed"


def test_a_hold_in_review_ends_in_the_same_round() -> None:
    case = case_in(CaseState.IN_REVIEW)
    move(case.pk, CaseState.ON_HOLD, actor="x", reason="investigation")
    assert move(case.pk, CaseState.IN_REVIEW, actor="x", reason="ended").review_round == 1


def test_a_held_case_that_was_unreachable_does_not_become_confirmed() -> None:
    case = case_in(CaseState.CONFIRMED)
    for state in (CaseState.ON_HOLD, CaseState.UNREACHABLE, CaseState.ON_HOLD):
        move(case.pk, state, actor="x", reason="y")
    with pytest.raises(MoveError):
        move(case.pk, CaseState.CONFIRMED, actor="x", reason="y")
    assert move(case.pk, CaseState.IN_REVIEW, actor="x", reason="y").state == "in_review"
