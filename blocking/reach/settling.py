"""What looks come to: when an order is verified, or seen not to be blocked. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from blocking.reach.verdicts import Verdict
from domain.orders import OrderState

_SETTLES = frozenset({Verdict.BLOCKED, Verdict.NOT_BLOCKED})
#: Orders whose state follows from looks.
FOLLOWS = frozenset({OrderState.EXECUTED, OrderState.VERIFIED, OrderState.NOT_BLOCKED})


@dataclass(frozen=True, slots=True)
class Told:
    """What one look from one vantage said, and when."""

    at: datetime
    verdict: Verdict


def settled(looks: Sequence[Told], apart: timedelta) -> Verdict | None:
    """What a vantage has settled by its ``looks``, in any order: BLOCKED or NOT_BLOCKED when the
    last ones say so, the first of them at least ``apart`` before the last, with no other between.
    """
    rows = sorted(looks, key=lambda one: one.at)
    if not rows or rows[-1].verdict not in _SETTLES:
        return None
    since = rows[-1].at
    for row in reversed(rows):
        if row.verdict is not rows[-1].verdict:
            break
        since = row.at
    return rows[-1].verdict if rows[-1].at - since >= apart else None


def follows(
    state: OrderState,
    looks: Mapping[str, Sequence[Told]],
    vantages: Collection[str],
    apart: timedelta,
) -> OrderState | None:
    """Where an order in ``state`` goes by the looks of each of ``vantages``, None to stay.

    It is verified when every vantage that stands for its recipient has settled that it is blocked,
    and not blocked as soon as one has settled that.
    """
    if state not in FOLLOWS or not vantages:
        return None
    said = {settled(looks.get(name, ()), apart) for name in vantages}
    if Verdict.NOT_BLOCKED in said:
        to = OrderState.NOT_BLOCKED
    elif said == {Verdict.BLOCKED}:
        to = OrderState.VERIFIED
    else:
        return None
    return None if to is state else to
