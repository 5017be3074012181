"""What senders of tips and appeals are told, in as few words as there are.

Whoever sells can report himself and follow it up. So a case that is held, restricted, confirmed or
requested looks like one that is looked at; what was told once as an outcome stays told, since a
step back would say as much.
"""

from __future__ import annotations

from enum import StrEnum

from domain.states import CaseState


class Told(StrEnum):
    """What the follow-up page says."""

    RECEIVED = "received"
    LOOKING = "looking"
    ACTED = "acted"
    CLOSED = "closed"
    UPHELD = "upheld"
    LIFTED = "lifted"
    REJECTED = "rejected"


class Asks(StrEnum):
    """What an appeal asks for."""

    LIFT = "lift"
    NARROW = "narrow"
    EXPLAIN = "explain"


#: What is an outcome. None is told otherwise afterwards, but that an appeal which was upheld has
#: had the block lifted.
FINAL = frozenset({Told.ACTED, Told.CLOSED, Told.UPHELD, Told.LIFTED, Told.REJECTED})
_S = CaseState
_NOT_YET = frozenset({_S.NEW})
_NOTHING_PLANNED = frozenset(
    {_S.SCREENED_OUT, _S.DISMISSED, _S.EXPIRED, _S.LIFTED, _S.WITHDRAWN, _S.UNREACHABLE}
)


def told_of(state: CaseState, *, restricted: bool, executed: bool) -> Told:
    """What the sender of a tip is told of its case; ``executed`` is whether a recipient has done
    what was asked, which anybody can see."""
    if restricted:
        return Told.LOOKING
    if state is _S.REQUESTED and executed:
        return Told.ACTED
    if state in _NOT_YET:
        return Told.RECEIVED
    return Told.CLOSED if state in _NOTHING_PLANNED else Told.LOOKING
