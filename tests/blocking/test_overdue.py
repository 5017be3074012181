"""What is owed beyond its time is told by recipient, with its age."""

from __future__ import annotations

from datetime import timedelta

import pytest

from blocking.models import Order
from blocking.overdue import Overdue, overdue
from cases.models import Case
from cases.moves import move
from domain.gaps import Owed
from domain.orders import OrderState
from domain.states import CaseState
from tests.records import NOON
from tests.sent import export_of, order_of, sent

pytestmark = pytest.mark.django_db


def standing(order: Order) -> Order:
    """The order's case stands requested."""
    Case.objects.filter(pk=order.request.case_id).update(state=CaseState.REQUESTED)
    return order


def after(days: float, *listed: str) -> list[Overdue]:
    return overdue(listed or ("regulator",), answer_days=3, now=NOON + timedelta(days=days))


def test_answers_are_owed_when_their_days_are_over() -> None:
    for order in sent("one.test", "two.test"):
        standing(order)
    Order.objects.filter(request__sort_key="two.test").update(changed_at=NOON - timedelta(days=9))
    assert after(-9) == []
    assert [one.named for one in after(0)] == [("host:two.test",)]
    (line,) = after(3.1)
    assert (line.owed, line.count, line.listed) == (Owed.ANSWER, 2, True)
    assert line.named == ("host:two.test", "host:one.test")
    assert line.since == NOON - timedelta(days=9)


def test_a_lifting_without_an_answer_is_chased() -> None:
    (one,) = sent("one.test")
    Order.objects.filter(pk=one.pk).update(state=OrderState.LIFT_SENT)
    assert after(2) == []
    (line,) = after(4)
    assert (line.owed, line.named) == (Owed.LIFTED, ("host:one.test",))
    Order.objects.filter(pk=one.pk).update(state=OrderState.LIFT_EXECUTED)
    assert after(4) == []


def test_a_lifting_that_no_release_said_is_told() -> None:
    (one,) = map(standing, sent("one.test"))
    Order.objects.filter(pk=one.pk).update(state=OrderState.EXECUTED)
    assert after(4) == [], "it stands"
    case = one.request.case_id
    move(case, CaseState.WITHDRAWN, actor="test", reason="wrong", clock=lambda: NOON)
    assert after(2) == [], "the next release says it"
    (line,) = after(4)
    assert (line.owed, line.since, line.listed) == (Owed.NOT_SENT, NOON, True)


def test_what_ran_out_is_due_from_that_day_on() -> None:
    (one,) = map(standing, sent("one.test"))
    Order.objects.filter(pk=one.pk).update(state=OrderState.ACCEPTED)
    assert after(92) == []
    (line,) = after(94)
    assert line.since == one.request.valid_until


def test_a_recipient_that_the_settings_lost_is_told_at_once() -> None:
    (one,) = map(standing, sent("one.test", recipient="gone"))
    Order.objects.filter(pk=one.pk).update(state=OrderState.EXECUTED)
    assert after(10) == [], "what it blocks is to be blocked"
    when = NOON + timedelta(days=10)
    move(one.request.case_id, CaseState.LIFTED, actor="test", reason="x", clock=lambda: when)
    (line,) = after(10.1)
    assert (line.recipient, line.owed, line.listed) == ("gone", Owed.NOT_SENT, False)
    assert after(10.1, "regulator", "gone") == []


def test_lines_of_a_recipient_stand_together_the_longest_owed_first() -> None:
    (one,) = map(standing, sent("one.test"))
    (two,) = map(standing, sent("two.test", number=2))
    (other,) = map(standing, sent("other.test", recipient="operators"))
    Order.objects.filter(pk=one.pk).update(changed_at=NOON - timedelta(days=9))
    Order.objects.filter(pk=two.pk).update(state=OrderState.LIFT_SENT)
    Order.objects.filter(pk=other.pk).update(changed_at=NOON - timedelta(days=1))
    found = after(5, "regulator", "operators")
    assert [(line.recipient, line.owed) for line in found] == [
        ("regulator", Owed.ANSWER),
        ("regulator", Owed.LIFTED),
        ("operators", Owed.ANSWER),
    ]


def test_many_are_counted_and_the_first_named() -> None:
    orders = sent(*(f"shop{n:02}.test" for n in range(25)))
    export = export_of([order.request for order in orders], 1, recipient="operators")
    for order in orders:
        order_of(standing(order).request, export)
    found = after(4, "regulator", "operators")
    assert [(line.count, len(line.named)) for line in found] == [(25, 20), (25, 20)]


def test_restricted_cases_are_not_named() -> None:
    (one,) = sent("one.test")
    Case.objects.filter(pk=one.request.case_id).update(restricted=True)
    assert after(100) == []
