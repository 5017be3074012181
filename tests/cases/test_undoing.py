"""A verdict given by mistake is taken back within its moment, by whoever gave it, and told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases import audit, undoing
from cases.crosscheck import contradictions
from cases.decisions import Verdict, awaiting, decide
from cases.models import AuditEvent, Case, DecisionRow, Person
from cases.moves import move
from domain.decisions import Jurisdiction, VerdictKind
from domain.errors import InputError, MoveError
from domain.states import CaseState
from tests import people
from tests.records import NOON, case_in

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
CONFIRM = Verdict(VerdictKind.CONFIRM, jurisdiction=Jurisdiction.SELLS_IN)
DISMISS = Verdict(VerdictKind.DISMISS, "a garden centre")


class Ticking:
    """A clock that goes on by a second each time it is read."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self):
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def clock() -> Ticking:
    return Ticking()


@pytest.fixture
def one() -> Person:
    return people.analyst("analyst1")


@pytest.fixture
def other() -> Person:
    return people.analyst("analyst2")


def state(case: Case) -> str:
    return Case.objects.get(pk=case.pk).state


def test_a_first_verdict_is_taken_back_and_can_be_given_anew(one: Person, clock: Ticking) -> None:
    case = case_in(CaseState.IN_REVIEW)
    decide(case.pk, one, CONFIRM, clock=clock)
    assert awaiting(one) == []
    undoing.undo(case.pk, one, MINUTE, clock=clock)
    assert awaiting(one) == [case.pk]
    decide(case.pk, one, DISMISS, clock=clock)
    assert state(case) == CaseState.DISMISSED
    rows = list(DecisionRow.every.order_by("pk").values_list("verdict", "undone_at"))
    assert [verdict for verdict, _ in rows] == ["confirm", "dismiss"]
    assert rows[0][1] is not None
    assert rows[1][1] is None


@pytest.mark.parametrize("before", [CaseState.IN_REVIEW, CaseState.ESCALATED])
def test_a_verdict_that_moved_the_case_moves_it_back(
    before: CaseState, one: Person, other: Person, clock: Ticking
) -> None:
    case = case_in(before)
    decide(case.pk, one, CONFIRM, clock=clock)
    decide(case.pk, other, CONFIRM, clock=clock)
    assert state(case) == CaseState.CONFIRMED
    with pytest.raises(MoveError, match=f"case {case.pk} went on since"):
        undoing.undo(case.pk, one, MINUTE, clock=clock)
    undoing.undo(case.pk, other, MINUTE, clock=clock)
    again = Case.objects.get(pk=case.pk)
    assert (again.state, again.review_round) == (before, case.review_round)
    assert [row.person for row in again.decisions.all()] == [one]
    undoing.undo(case.pk, one, MINUTE, clock=clock)
    assert not again.decisions.exists()


def test_a_hold_for_somebody_else_is_taken_back_by_who_gave_it(
    one: Person, other: Person, clock: Ticking
) -> None:
    case = case_in(CaseState.IN_REVIEW)
    until = NOON + timedelta(days=5)
    verdict = Verdict(VerdictKind.HOLD, "watching", hold_until=until, hold_owner=other)
    held = decide(case.pk, one, verdict, clock=clock)
    assert held.hold_owner == other
    assert [*contradictions()] == []
    with pytest.raises(MoveError):
        undoing.undo(case.pk, other, MINUTE, clock=clock)
    undoing.undo(case.pk, one, MINUTE, clock=clock)
    assert state(case) == CaseState.IN_REVIEW
    strange = Verdict(
        VerdictKind.HOLD, "watching", hold_until=until, hold_owner=people.outsider("other1")
    )
    with pytest.raises(InputError):
        decide(case.pk, one, strange, clock=clock)


def test_a_hold_is_taken_back_to_where_it_began(one: Person, clock: Ticking) -> None:
    case = case_in(CaseState.CONFIRMED)
    until = NOON + timedelta(days=9)
    decide(case.pk, one, Verdict(VerdictKind.HOLD, "watching", hold_until=until), clock=clock)
    undoing.undo(case.pk, one, MINUTE, clock=clock)
    again = Case.objects.get(pk=case.pk)
    assert (again.state, again.hold_owner, again.hold_until) == (CaseState.CONFIRMED, None, None)


def test_after_its_moment_nothing_is_undone(one: Person, clock: Ticking) -> None:
    case = case_in(CaseState.IN_REVIEW)
    decide(case.pk, one, DISMISS, clock=clock)
    clock.now += MINUTE
    with pytest.raises(MoveError, match="nothing of yours"):
        undoing.undo(case.pk, one, MINUTE, clock=clock)
    assert state(case) == CaseState.DISMISSED


def test_nobody_undoes_what_another_did(one: Person, other: Person, clock: Ticking) -> None:
    case = case_in(CaseState.IN_REVIEW)
    decide(case.pk, one, DISMISS, clock=clock)
    with pytest.raises(MoveError, match="nothing of yours"):
        undoing.undo(case.pk, other, MINUTE, clock=clock)


def test_what_a_case_went_on_from_is_not_undone(one: Person, other: Person, clock: Ticking) -> None:
    case = case_in(CaseState.IN_REVIEW)
    decide(case.pk, one, CONFIRM, clock=clock)
    decide(case.pk, other, CONFIRM, clock=clock)
    move(case.pk, CaseState.REQUESTED, actor="system:export", reason="a request", clock=clock)
    with pytest.raises(MoveError, match="went on since"):
        undoing.undo(case.pk, other, MINUTE, clock=clock)
    assert DecisionRow.objects.count() == 2


def test_chain_and_record_agree_on_what_was_undone(
    one: Person, other: Person, clock: Ticking
) -> None:
    case = case_in(CaseState.IN_REVIEW)
    decide(case.pk, one, CONFIRM, clock=clock)
    decide(case.pk, other, CONFIRM, clock=clock)
    undoing.undo(case.pk, other, MINUTE, clock=clock)
    assert contradictions() == []
    assert audit.verify().problems == ()
    told = list(AuditEvent.objects.order_by("-seq").values_list("action", flat=True)[:2])
    assert told == ["case.in_review", "undo.confirm"]
    DecisionRow.every.update(undone_at=None)
    assert contradictions() == [
        f"case:{case.pk}: the chain says that analyst2 took back confirm, the record does not"
    ]
