from __future__ import annotations

from datetime import timedelta

import pytest

from cases.decisions import Verdict, awaiting, decide, end_hold, withdraw
from cases.models import Case, DecisionRow
from cases.moves import move
from domain.bands import ReviewBand
from domain.clock import utc_now
from domain.decisions import Jurisdiction, VerdictKind
from domain.errors import AccessError, FourEyesError, InputError, MoveError
from domain.states import CaseState
from tests.people import analyst, outsider, supervisor
from tests.records import case_in, new_case

pytestmark = pytest.mark.django_db

CONFIRM = Verdict(VerdictKind.CONFIRM, "price list", Jurisdiction.SELLS_IN, 40)
DISMISS = Verdict(VerdictKind.DISMISS, "a pharmacy")


def test_two_people_confirm() -> None:
    case = case_in(CaseState.IN_REVIEW)
    assert decide(case.pk, analyst("one"), CONFIRM).state == "in_review"
    assert decide(case.pk, analyst("two"), CONFIRM).state == "confirmed"


def test_one_person_twice_does_not() -> None:
    case = case_in(CaseState.IN_REVIEW)
    one = analyst()
    decide(case.pk, one, CONFIRM)
    with pytest.raises(FourEyesError):
        decide(case.pk, one, CONFIRM)
    assert Case.objects.get(pk=case.pk).state == "in_review"
    assert DecisionRow.objects.count() == 1


def test_disagreement_goes_to_a_third_person() -> None:
    case = case_in(CaseState.IN_REVIEW)
    decide(case.pk, analyst("one"), CONFIRM)
    assert decide(case.pk, analyst("two"), DISMISS).state == "escalated"
    assert decide(case.pk, supervisor(), CONFIRM).state == "confirmed"


def test_who_escalated_cannot_confirm_alone_with_one_other() -> None:
    case = case_in(CaseState.IN_REVIEW)
    one = analyst("one")
    decide(case.pk, one, Verdict(VerdictKind.ESCALATE, "unsure"))
    assert decide(case.pk, analyst("two"), CONFIRM).state == "escalated"
    with pytest.raises(FourEyesError):
        decide(case.pk, one, CONFIRM)


def test_an_outsider_may_not_decide() -> None:
    case = case_in(CaseState.IN_REVIEW)
    with pytest.raises(AccessError, match="may not decide cases"):
        decide(case.pk, outsider(), CONFIRM)


def test_a_person_who_left_may_not_decide() -> None:
    case = case_in(CaseState.IN_REVIEW)
    one = analyst()
    one.is_active = False
    one.save()
    with pytest.raises(AccessError):
        decide(case.pk, one, CONFIRM)


def test_only_an_open_case_can_be_decided() -> None:
    with pytest.raises(MoveError, match="only a case in review"):
        decide(new_case().pk, analyst(), CONFIRM)


def test_a_hold_needs_an_end_and_remembers_its_owner() -> None:
    case = case_in(CaseState.IN_REVIEW)
    one = analyst()
    with pytest.raises(InputError, match="end date"):
        decide(case.pk, one, Verdict(VerdictKind.HOLD, "operation"))
    until = utc_now() + timedelta(days=30)
    decide(case.pk, one, Verdict(VerdictKind.HOLD, "operation", hold_until=until))
    case.refresh_from_db()
    assert (case.state, case.hold_owner, case.hold_until) == ("on_hold", one, until)


def test_earlier_rounds_do_not_count_again() -> None:
    case = case_in(CaseState.IN_REVIEW)
    one = analyst("one")
    decide(case.pk, one, DISMISS)
    move(case.pk, CaseState.IN_REVIEW, actor="system", reason="new evidence")
    assert decide(case.pk, one, CONFIRM).state == "in_review"
    assert decide(case.pk, analyst("two"), CONFIRM).state == "confirmed"


def test_the_queue_offers_first_what_is_worth_most_and_nothing_decided_or_restricted() -> None:
    one = analyst()
    low, high, mine, hidden = (
        case_in(CaseState.IN_REVIEW, f"host:{name}.test") for name in ("a", "b", "c", "d")
    )
    for case, worth in ((low, 0.5), (high, 0.9), (mine, 0.99), (hidden, 0.99)):
        Case.objects.filter(pk=case.pk).update(worth=worth, restricted=case is hidden)
    decide(mine.pk, one, CONFIRM)
    assert awaiting(one) == [high.pk, low.pk]
    Case.objects.filter(pk=low.pk).update(band=ReviewBand.FIRST)
    assert awaiting(one) == [low.pk, high.pk]


def hold(until=None) -> Verdict:
    return Verdict(VerdictKind.HOLD, "operation", hold_until=until or utc_now() + timedelta(days=9))


def test_a_hold_ends_where_it_began_and_its_owner_may_decide_then() -> None:
    case = case_in(CaseState.IN_REVIEW)
    one = analyst("one")
    decide(case.pk, one, hold())
    with pytest.raises(AccessError, match="somebody else"):
        end_hold(case.pk, analyst("two"), "over")
    assert end_hold(case.pk, supervisor(), "over").state == "in_review"
    assert decide(case.pk, one, CONFIRM).state == "in_review"
    case.refresh_from_db()
    assert (case.hold_owner, case.hold_until) == (None, None)


def test_a_confirmed_case_can_be_held_by_who_confirmed_it() -> None:
    case = case_in(CaseState.IN_REVIEW)
    one = analyst("one")
    decide(case.pk, one, CONFIRM)
    decide(case.pk, analyst("two"), CONFIRM)
    assert decide(case.pk, one, hold()).state == "on_hold"
    assert end_hold(case.pk, one, "over").state == "confirmed"


def test_only_a_held_case_has_a_hold_to_end() -> None:
    with pytest.raises(MoveError, match="not on hold"):
        end_hold(case_in(CaseState.IN_REVIEW).pk, supervisor(), "over")


def test_a_supervisor_withdraws_with_a_reason() -> None:
    case = case_in(CaseState.CONFIRMED)
    with pytest.raises(AccessError):
        withdraw(case.pk, analyst(), "a mistake")
    boss = supervisor()
    with pytest.raises(InputError, match="reason"):
        withdraw(case.pk, boss, " ")
    assert withdraw(case.pk, boss, "a mistake").state == "withdrawn"


def unreachable(before: CaseState) -> Case:
    case = case_in(before)
    move(case.pk, CaseState.UNREACHABLE, actor="test", reason="down")
    return case


def test_what_was_confirmed_before_it_became_unreachable_is_withdrawn() -> None:
    case = unreachable(CaseState.CONFIRMED)
    assert withdraw(case.pk, supervisor(), "a mistake").state == "withdrawn"


def test_what_nobody_confirmed_is_not_withdrawn_for_being_unreachable() -> None:
    case = unreachable(CaseState.IN_REVIEW)
    with pytest.raises(MoveError):
        withdraw(case.pk, supervisor(), "a mistake")
    case.refresh_from_db()
    assert case.state == "unreachable", "a refusal moves nothing"


def test_a_restricted_case_is_not_decided_here() -> None:
    case = case_in(CaseState.IN_REVIEW)
    Case.objects.filter(pk=case.pk).update(restricted=True)
    one = analyst()
    for verdict in (CONFIRM, DISMISS, hold(), Verdict(VerdictKind.ESCALATE, "unsure")):
        with pytest.raises(AccessError, match="restricted"):
            decide(case.pk, one, verdict)


@pytest.mark.parametrize("seconds", [-1, 86_401, 10**20])
def test_an_impossible_time_is_refused(seconds: int) -> None:
    case = case_in(CaseState.IN_REVIEW)
    verdict = Verdict(VerdictKind.CONFIRM, "", Jurisdiction.SELLS_IN, seconds)
    with pytest.raises(InputError, match="seconds"):
        decide(case.pk, analyst(), verdict)
