from __future__ import annotations

from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import MoveError
from domain.orders import (
    STANDING,
    Answer,
    OrderState,
    Standing,
    check_order_move,
    standing_of,
    steps,
)

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


# What each answer takes an order through; what is not named here is refused.
TAKES = {
    Answer.ACCEPTED: {
        S.SENT: (S.ACCEPTED,),
        S.REFUSED: (S.ACCEPTED,),
        S.ACCEPTED: (),
        S.EXECUTED: (),
        S.VERIFIED: (),
        S.NOT_BLOCKED: (),
    },
    Answer.REFUSED: {S.SENT: (S.REFUSED,), S.ACCEPTED: (S.REFUSED,), S.REFUSED: ()},
    Answer.EXECUTED: {
        S.SENT: (S.EXECUTED,),
        S.ACCEPTED: (S.EXECUTED,),
        S.REFUSED: (S.ACCEPTED, S.EXECUTED),
        S.NOT_BLOCKED: (S.EXECUTED,),
        S.EXECUTED: (),
        S.VERIFIED: (),
    },
    Answer.LIFTED: {S.LIFT_SENT: (S.LIFT_EXECUTED,), S.LIFT_EXECUTED: ()},
}


@pytest.mark.parametrize(("state", "answer"), list(product(OrderState, Answer)))
def test_every_answer_to_an_order_in_every_state(state: OrderState, answer: Answer) -> None:
    if state not in TAKES[answer]:
        with pytest.raises(MoveError, match="order 7"):
            steps(state, answer, "7")
        return
    way = steps(state, answer)
    assert way == TAKES[answer][state]
    for before, after in pairwise((state, *way)):
        check_order_move(before, after)


@pytest.mark.parametrize(
    ("states", "standing"),
    [
        ([], Standing.NONE),
        ([S.SENT], Standing.SENT),
        ([S.SENT, S.REFUSED], Standing.SENT),
        ([S.SENT, S.ACCEPTED], Standing.ORDERED),
        ([S.SENT, S.VERIFIED], Standing.ORDERED),
        ([S.NOT_BLOCKED, S.VERIFIED], Standing.ORDERED),
        ([S.EXECUTED, S.VERIFIED], Standing.EXECUTED),
        ([S.VERIFIED, S.VERIFIED, S.REFUSED], Standing.VERIFIED),
        ([S.VERIFIED, S.LIFT_SENT], Standing.VERIFIED),
        ([S.REFUSED, S.LIFT_SENT, S.LIFT_EXECUTED], Standing.LIFTING),
        ([S.REFUSED, S.LIFT_EXECUTED], Standing.LIFTED),
        ([S.REFUSED], Standing.REFUSED),
    ],
)
def test_orders_of_a_case_come_to_one_word(states: list[OrderState], standing: Standing) -> None:
    assert standing_of(states) is standing


@given(st.sets(st.sampled_from(OrderState)))
def test_nothing_is_verified_that_a_recipient_holds_otherwise(states: set[OrderState]) -> None:
    standing = standing_of(states)
    held = states & STANDING
    assert (standing is Standing.VERIFIED) == (held == {S.VERIFIED})
    assert (standing is Standing.NONE) == (not states)
    if S.SENT in held:
        assert standing in {Standing.SENT, Standing.ORDERED}
