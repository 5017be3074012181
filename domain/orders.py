"""Orders: what one recipient did with one request, the one table of moves, and what several
recipients' orders come to for a case.

*Sent*, *ordered* and *verified* are three things: what left the house, what a recipient took on,
and what was seen to be blocked. They are never added together.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from domain.errors import MoveError


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


class Answer(StrEnum):
    """What a recipient says of one entry."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    EXECUTED = "executed"
    LIFTED = "lifted"


_MEANS = {
    Answer.ACCEPTED: _S.ACCEPTED,
    Answer.REFUSED: _S.REFUSED,
    Answer.EXECUTED: _S.EXECUTED,
    Answer.LIFTED: _S.LIFT_EXECUTED,
}
# What an order has behind it: an answer that arrives late or twice changes nothing.
_BEHIND = {
    Answer.ACCEPTED: frozenset({_S.ACCEPTED, _S.EXECUTED, _S.VERIFIED, _S.NOT_BLOCKED}),
    Answer.REFUSED: frozenset({_S.REFUSED}),
    Answer.EXECUTED: frozenset({_S.EXECUTED, _S.VERIFIED}),
    Answer.LIFTED: frozenset({_S.LIFT_EXECUTED}),
}


def steps(state: OrderState, answer: Answer, order: str = "") -> tuple[OrderState, ...]:
    """The states that ``answer`` takes an order through, none where it has that behind it.

    Whoever executes what they had refused has accepted it. Raises MoveError for an answer to
    something that was not asked, such as a lifting that was never sent.
    """
    if state in _BEHIND[answer]:
        return ()
    to = _MEANS[answer]
    if to not in _MOVES[state] and to in _MOVES[_S.ACCEPTED] and _S.ACCEPTED in _MOVES[state]:
        return (_S.ACCEPTED, to)
    check_order_move(state, to, order)
    return (to,)


class Standing(StrEnum):
    """What the orders of a case come to. Each case has exactly one."""

    NONE = "none"
    SENT = "sent"
    REFUSED = "refused"
    ORDERED = "ordered"
    EXECUTED = "executed"
    VERIFIED = "verified"
    LIFTING = "lifting"
    LIFTED = "lifted"


def standing_of(states: Collection[OrderState]) -> Standing:
    """The one word for a case whose orders are in ``states``.

    *Verified* needs every recipient that holds the order to be verified, *executed* every one of
    them to say so at least; *ordered* is what one of them has taken on, *sent* what none has
    answered. Orders that were refused or lifted count only where nobody holds one any more.
    """
    held = frozenset(states) & STANDING
    if held:
        if held <= {_S.VERIFIED}:
            return Standing.VERIFIED
        if held <= {_S.VERIFIED, _S.EXECUTED}:
            return Standing.EXECUTED
        return Standing.SENT if held == {_S.SENT} else Standing.ORDERED
    if _S.LIFT_SENT in states:
        return Standing.LIFTING
    if _S.LIFT_EXECUTED in states:
        return Standing.LIFTED
    return Standing.REFUSED if states else Standing.NONE
