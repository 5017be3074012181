"""Nobody says a second time what they think of a case after learning what others said of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases.decisions import Verdict, awaiting, decide, end_hold, inform, is_undecided
from cases.models import Case, DecisionRow, Informed, Person
from cases.moves import move
from cases.undoing import undo
from domain.clock import utc_now
from domain.decisions import Jurisdiction, VerdictKind
from domain.errors import FourEyesError
from domain.states import CaseState
from tests.people import analyst
from tests.records import case_in

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
CONFIRM = Verdict(VerdictKind.CONFIRM, "", Jurisdiction.SELLS_IN)
DISMISS = Verdict(VerdictKind.DISMISS, "tea")
ESCALATE = Verdict(VerdictKind.ESCALATE, "hard to say")


def hold() -> Verdict:
    return Verdict(VerdictKind.HOLD, "watched", hold_until=utc_now() + timedelta(days=9))


@pytest.fixture
def one(db: None) -> Person:
    return analyst("one")


@pytest.fixture
def two(db: None) -> Person:
    return analyst("two")


@pytest.fixture
def begun(one: Person) -> Case:
    """A case that one person confirmed."""
    case = case_in(CaseState.IN_REVIEW)
    return decide(case.pk, one, CONFIRM)


@pytest.mark.parametrize("second", [CONFIRM, DISMISS, ESCALATE], ids=lambda one: one.kind.value)
def test_whoever_takes_a_second_verdict_back_decides_no_more_in_this_round(
    begun: Case, two: Person, second: Verdict
) -> None:
    decide(begun.pk, two, second)
    assert undo(begun.pk, two, MINUTE).state == CaseState.IN_REVIEW
    for verdict in (CONFIRM, DISMISS, ESCALATE):
        with pytest.raises(FourEyesError, match="know what others said"):
            decide(begun.pk, two, verdict)
    assert begun.pk not in awaiting(two)
    assert Informed.objects.get().why == "took back"
    assert decide(begun.pk, analyst("three"), CONFIRM).state == CaseState.CONFIRMED


def test_whoever_spoke_first_may_take_it_back_and_say_otherwise(begun: Case, one: Person) -> None:
    undo(begun.pk, one, MINUTE)
    assert not Informed.objects.exists()
    assert decide(begun.pk, one, DISMISS).state == CaseState.DISMISSED


def test_a_verdict_taken_back_before_another_spoke_tells_nothing(
    begun: Case, one: Person, two: Person
) -> None:
    undo(begun.pk, one, MINUTE)
    decide(begun.pk, two, CONFIRM)
    assert decide(begun.pk, one, CONFIRM).state == CaseState.CONFIRMED


def test_evidence_of_a_held_case_informs_where_somebody_spoke(begun: Case, two: Person) -> None:
    for case, speaks in ((begun, True), (case_in(CaseState.IN_REVIEW, "host:quiet.test"), False)):
        held = decide(case.pk, two, hold())
        inform(held, two, Informed.Why.TOOK_EVIDENCE, utc_now())
        end_hold(case.pk, two, "over")
        assert Informed.objects.filter(case=case).exists() is speaks
        assert (case.pk in awaiting(two)) is not speaks


def test_a_new_round_is_a_new_beginning(begun: Case, two: Person) -> None:
    decide(begun.pk, two, DISMISS)
    undo(begun.pk, two, MINUTE)
    decide(begun.pk, analyst("three"), CONFIRM)
    move(begun.pk, CaseState.WITHDRAWN, actor="boss", reason="x")
    move(begun.pk, CaseState.IN_REVIEW, actor="system:assess", reason="again")
    assert decide(begun.pk, two, DISMISS).state == CaseState.DISMISSED


def test_a_hold_wipes_no_verdict_away(begun: Case, two: Person) -> None:
    decide(begun.pk, two, hold())
    case = end_hold(begun.pk, two, "over")
    assert (case.state, case.review_round, case.held_from) == (CaseState.IN_REVIEW, 1, "")
    assert decide(begun.pk, two, DISMISS).state == CaseState.ESCALATED


def test_a_hold_after_a_disagreement_leaves_it_to_a_third(begun: Case, two: Person) -> None:
    decide(begun.pk, two, DISMISS)
    decide(begun.pk, two, hold())
    case = end_hold(begun.pk, two, "over")
    assert (case.state, case.review_round) == (CaseState.ESCALATED, 1)
    with pytest.raises(FourEyesError):
        decide(begun.pk, two, DISMISS)
    assert decide(begun.pk, analyst("three"), DISMISS).state == CaseState.DISMISSED


@pytest.mark.parametrize("began", [CaseState.IN_REVIEW, CaseState.ESCALATED, CaseState.CONFIRMED])
def test_a_hold_ends_where_it_began_also_after_an_absence(one: Person, began: CaseState) -> None:
    case = case_in(began)
    decide(case.pk, one, hold())
    assert is_undecided(Case.objects.get(pk=case.pk)) is (began is not CaseState.CONFIRMED)
    move(case.pk, CaseState.UNREACHABLE, actor="system:recheck", reason="down")
    away = Case.objects.get(pk=case.pk)
    assert is_undecided(away) is (began is not CaseState.CONFIRMED)
    move(case.pk, CaseState.ON_HOLD, actor="system:recheck", reason="up")
    assert end_hold(case.pk, one, "over").state == began


def test_a_hold_can_be_taken_back_after_an_absence(one: Person) -> None:
    case = case_in(CaseState.IN_REVIEW)
    decide(case.pk, one, hold())
    move(case.pk, CaseState.UNREACHABLE, actor="system:recheck", reason="down")
    move(case.pk, CaseState.ON_HOLD, actor="system:recheck", reason="up")
    assert undo(case.pk, one, MINUTE).state == CaseState.IN_REVIEW


@pytest.mark.parametrize(("draws", "state"), [([0.0, 1.0], "in_review"), ([1.0, 0.0], "dismissed")])
def test_a_dismissal_that_is_given_again_is_not_drawn_anew(
    one: Person, draws: list[float], state: str
) -> None:
    case = case_in(CaseState.IN_REVIEW)
    again = Verdict(VerdictKind.DISMISS, "tea", drawn_share=0.5)
    for _ in range(2):
        found = decide(case.pk, one, again, draw=lambda: draws.pop(0))
        assert found.state == state
        undo(case.pk, one, MINUTE)
    assert draws == [draws[0]]  # the second was not asked for
    assert DecisionRow.every.count() == 2
