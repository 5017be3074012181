from __future__ import annotations

from itertools import product

import pytest

from domain.errors import MoveError
from domain.orders import STANDING, OrderState, check_order_move

S = OrderState
ALLOWED = {
    (S.SENT, S.ACCEPTED),
    (S.SENT, S.REFUSED),
    (S.SENT, S.EXECUTED),
    (S.SENT, S.LIFT_SENT),
    (S.ACCEPTED, S.EXECUTED),
    (S.ACCEPTED, S.REFUSED),
    (S.ACCEPTED, S.LIFT_SENT),
    (S.REFUSED, S.ACCEPTED),
    (S.EXECUTED, S.VERIFIED),
    (S.EXECUTED, S.NOT_BLOCKED),
    (S.EXECUTED, S.LIFT_SENT),
    (S.VERIFIED, S.NOT_BLOCKED),
    (S.VERIFIED, S.LIFT_SENT),
    (S.NOT_BLOCKED, S.EXECUTED),
    (S.NOT_BLOCKED, S.VERIFIED),
    (S.NOT_BLOCKED, S.LIFT_SENT),
    (S.LIFT_SENT, S.LIFT_EXECUTED),
    (S.LIFT_SENT, S.SENT),
    (S.LIFT_EXECUTED, S.SENT),
}


@pytest.mark.parametrize(("state", "to"), list(product(OrderState, OrderState)))
def test_every_pair_of_order_states(state: OrderState, to: OrderState) -> None:
    if (state, to) in ALLOWED:
        check_order_move(state, to)
        return
    with pytest.raises(MoveError, match=f"order 7: {state} may become"):
        check_order_move(state, to, "7")


def test_an_order_stands_until_it_is_refused_or_lifted() -> None:
    assert set(OrderState) - STANDING == {S.REFUSED, S.LIFT_SENT, S.LIFT_EXECUTED}
