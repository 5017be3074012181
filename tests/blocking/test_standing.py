"""Sent, ordered and verified stay apart, and a case counts once."""

from __future__ import annotations

import pytest

from blocking.models import Order
from blocking.standing import cases_by_standing, of_case, of_cases, orders_by_state
from cases.models import Case
from domain.orders import OrderState, Standing
from tests.records import new_case
from tests.sent import export_of, order_of, sent

pytestmark = pytest.mark.django_db
S = OrderState


def put(order: Order, state: OrderState) -> None:
    Order.objects.filter(pk=order.pk).update(state=state)


def test_a_case_shows_what_its_orders_come_to(django_assert_num_queries) -> None:
    (one,) = sent("one.test")
    case_id = one.request.case_id
    assert of_case(case_id).standing is Standing.SENT
    other = export_of([one.request], recipient="resolver")
    order_of(one.request, other, S.VERIFIED)
    with django_assert_num_queries(1):
        found = of_case(case_id)
        assert {order.export.recipient for order in found.orders} == {"regulator", "resolver"}
    assert found.standing is Standing.ORDERED
    put(one, S.REFUSED)
    assert of_case(case_id).standing is Standing.VERIFIED
    assert of_case(new_case("host:new.test").pk).standing is Standing.NONE


def test_orders_and_cases_are_counted_apart(django_assert_num_queries) -> None:
    one, two, three, secret = sent("one.test", "two.test", "three.test", "secret.test")
    other = export_of([one.request], recipient="resolver")
    order_of(one.request, other, S.VERIFIED)
    put(two, S.EXECUTED)
    put(three, S.ACCEPTED)
    Case.objects.filter(pk=secret.request.case_id).update(restricted=True)
    with django_assert_num_queries(2):
        orders = orders_by_state()
    assert {state: count for state, count in orders.items() if count} == {
        S.SENT: 1, S.VERIFIED: 1, S.EXECUTED: 1, S.ACCEPTED: 1
    }  # fmt: skip
    assert orders_by_state("resolver")[S.VERIFIED] == 1
    assert sum(orders_by_state("resolver").values()) == 1
    with django_assert_num_queries(2):
        cases = cases_by_standing()
    assert {standing: count for standing, count in cases.items() if count} == {
        Standing.ORDERED: 2, Standing.EXECUTED: 1
    }  # fmt: skip
    ids = [order.request.case_id for order in (one, two)]
    nothing = new_case("host:new.test").pk
    assert of_cases([*ids, nothing]) == {
        ids[0]: Standing.ORDERED, ids[1]: Standing.EXECUTED, nothing: Standing.NONE
    }  # fmt: skip
