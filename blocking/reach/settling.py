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


def settled(
    looks: Sequence[Told], apart: timedelta, settling: Collection[Verdict] = _SETTLES
) -> Verdict | None:
    """What a vantage has settled by its ``looks``, in any order: one of ``settling`` when the
    last ones say so, the first of them at least ``apart`` before the last, with no other between.
    """
    rows = sorted(looks, key=lambda one: one.at)
    if not rows or rows[-1].verdict not in settling:
        return None
    since = rows[-1].at
    for row in reversed(rows):
        if row.verdict is not rows[-1].verdict:
            break
        since = row.at
    return rows[-1].verdict if rows[-1].at - since >= apart else None


def settled_parts(parts: Sequence[Sequence[Told]], apart: timedelta) -> Verdict | None:
    """What a vantage has settled of a target that it looks at in ``parts``: NOT_BLOCKED by one
    that is, BLOCKED when every part is settled and at least one as blocked. A part whose last
    looks found it down at the control, too, is settled as well: there is nothing to block.
    """
    said = {_settled_part(part, apart, alone=len(parts) == 1) for part in parts}
    if Verdict.NOT_BLOCKED in said:
        return Verdict.NOT_BLOCKED
    blocked = Verdict.BLOCKED in said and said <= {Verdict.BLOCKED, Verdict.SITE_DOWN}
    return Verdict.BLOCKED if blocked else None


def _settled_part(looks: Sequence[Told], apart: timedelta, *, alone: bool) -> Verdict | None:
    """As ``settled``; SITE_DOWN too, of a part that is not ``alone``."""
    return settled(looks, apart, _SETTLES if alone else _SETTLES | {Verdict.SITE_DOWN})


def follows(
    state: OrderState,
    looks: Mapping[str, Sequence[Sequence[Told]]],
    vantages: Collection[str],
    apart: timedelta,
) -> OrderState | None:
    """Where an order in ``state`` goes by the looks of each of ``vantages`` at each part of its
    URLs, None to stay.

    It is verified when every vantage that stands for its recipient has settled that it is blocked,
    and not blocked as soon as one has settled that.
    """
    if state not in FOLLOWS or not vantages:
        return None
    said = {settled_parts(looks.get(name, ()), apart) for name in vantages}
    if Verdict.NOT_BLOCKED in said:
        to = OrderState.NOT_BLOCKED
    elif said == {Verdict.BLOCKED}:
        to = OrderState.VERIFIED
    else:
        return None
    return None if to is state else to
