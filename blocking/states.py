"""The states of orders and exports, and the orders' one table of moves."""

from __future__ import annotations

from enum import StrEnum

from domain.errors import MoveError


class ExportState(StrEnum):
    """Where an export stands. A refused one has no files; a released one never changes again."""

    BUILT = "built"
    REFUSED = "refused"
    RELEASED = "released"


class OrderState(StrEnum):
    """What one recipient did with one request."""

    SENT = "sent"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    EXECUTED = "executed"
    VERIFIED = "verified"
    NOT_BLOCKED = "not_blocked"
    LIFT_SENT = "lift_sent"
    LIFT_EXECUTED = "lift_executed"


_S = OrderState
_MOVES: dict[OrderState, frozenset[OrderState]] = {
    _S.SENT: frozenset({_S.ACCEPTED, _S.REFUSED, _S.EXECUTED, _S.LIFT_SENT}),
    _S.ACCEPTED: frozenset({_S.EXECUTED, _S.REFUSED, _S.LIFT_SENT}),
    _S.REFUSED: frozenset({_S.ACCEPTED}),
    _S.EXECUTED: frozenset({_S.VERIFIED, _S.NOT_BLOCKED, _S.LIFT_SENT}),
    _S.VERIFIED: frozenset({_S.NOT_BLOCKED, _S.LIFT_SENT}),
    _S.NOT_BLOCKED: frozenset({_S.EXECUTED, _S.VERIFIED, _S.LIFT_SENT}),
    _S.LIFT_SENT: frozenset({_S.LIFT_EXECUTED, _S.SENT}),
    _S.LIFT_EXECUTED: frozenset({_S.SENT}),
}

#: Orders that a recipient holds as long as no lifting is sent.
STANDING = frozenset(state for state in OrderState if _S.LIFT_SENT in _MOVES[state])


def check_order_move(state: OrderState, to: OrderState, order: str = "") -> None:
    """Raise MoveError, naming the order and what is allowed, unless ``state`` may become ``to``.

    A lifted entry that a later release holds again (after a rollback, say) is sent anew.
    """
    if to not in _MOVES[state]:
        names = ", ".join(sorted(_MOVES[state]))
        raise MoveError(f"order {order}: {state} may become {names}; not {to}")
