"""Orders move by one function, all or none, and the chain can prove how."""

from __future__ import annotations

import pytest

from blocking.models import Order, OrderMove
from blocking.orders import Step, move, moves_digest
from cases import audit
from cases.models import AuditEvent
from domain.errors import MoveError, RuleError
from domain.orders import OrderState
from tests.sent import sent

pytestmark = pytest.mark.django_db
S = OrderState


def moved(*steps: Step) -> list[OrderMove]:
    return move(steps, actor="regulator1", subject="receipt:7")


def test_moves_are_recorded_and_their_event_proves_them() -> None:
    one, two = sent("shop.test", "other.test")
    moved(Step(one, S.ACCEPTED), Step(one, S.EXECUTED), Step(two, S.REFUSED, "no such host"))
    assert dict(Order.objects.values_list("pk", "state")) == {one.pk: S.EXECUTED, two.pk: S.REFUSED}
    event = AuditEvent.objects.get(action="orders.moved")
    assert (event.actor, event.subject) == ("regulator1", "receipt:7")
    assert event.details["moves"] == {
        "accepted executed": 1,
        "sent accepted": 1,
        "sent refused": 1,
    }
    rows = OrderMove.objects.filter(audit_seq=event.seq)
    assert [(row.order_id, row.to, row.reason) for row in rows] == [
        (one.pk, S.ACCEPTED, ""),
        (one.pk, S.EXECUTED, ""),
        (two.pk, S.REFUSED, "no such host"),
    ]
    assert moves_digest(rows) == event.details["moves_sha256"]
    rows.filter(to=S.REFUSED).update(reason="another")
    assert moves_digest(rows.all()) != event.details["moves_sha256"]
    assert audit.verify().holds


def test_a_wrong_step_moves_nothing() -> None:
    one, two = sent("shop.test", "other.test")
    with pytest.raises(MoveError, match=f"order {two.pk}: sent may become"):
        moved(Step(one, S.ACCEPTED), Step(two, S.VERIFIED))
    assert set(Order.objects.values_list("state", flat=True)) == {S.SENT}
    assert not OrderMove.objects.exists()
    assert not AuditEvent.objects.filter(action="orders.moved").exists()


def test_an_order_that_somebody_else_moved_meanwhile_is_not_overwritten() -> None:
    one, two = sent("shop.test", "other.test")
    Order.objects.filter(pk=two.pk).update(state=S.LIFT_SENT)
    with pytest.raises(RuleError, match="moved meanwhile"):
        moved(Step(one, S.ACCEPTED), Step(two, S.ACCEPTED))
    assert dict(Order.objects.values_list("pk", "state")) == {one.pk: S.SENT, two.pk: S.LIFT_SENT}
    assert not OrderMove.objects.exists()


def test_no_step_is_no_event() -> None:
    assert moved() == []
    assert not AuditEvent.objects.filter(action="orders.moved").exists()


def test_many_orders_take_few_queries(django_assert_max_num_queries) -> None:
    few = sent("shop.test", "other.test")
    with django_assert_max_num_queries(10) as used:
        moved(*(Step(order, S.ACCEPTED) for order in few))
    many = sent(*(f"shop{n}.test" for n in range(60)), number=2)
    with django_assert_max_num_queries(len(used)):
        moved(*(Step(order, S.ACCEPTED) for order in many))
    assert set(Order.objects.values_list("state", flat=True)) == {S.ACCEPTED}
