"""Which part of an order's URLs a look takes, and what the looks at each part have said.

An order of more URLs than one look takes is looked at part by part, each vantage in its own turn.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from blocking.entries import Scope
from blocking.models import Order
from blocking.reach.due import Task
from blocking.reach.plan import ReachPlan
from blocking.reach.settling import Told
from blocking.reach.tables import BlockLook
from blocking.reach.targets import next_part, parts_of
from blocking.reach.verdicts import Verdict

Part = tuple[str, ...]
#: The looks at each part, in the order of the parts.
Turns = tuple[Sequence[Told], ...]


def urls_now(tasks: Iterable[Task], most: int) -> dict[tuple[int, str], Part]:
    """The URLs that each vantage is to look at for each order, by order and vantage.

    They are the part after the one it looked at last. One that it saw not to be blocked is looked
    at again at once, so that two looks can settle that.
    """
    found = {}
    for order, vantages in tasks:
        parts = _parts(order, most)
        for one in vantages:
            last, again = _last(order, one.name) if len(parts) > 1 else ((), False)
            found[order.pk, one.name] = next_part(parts, last, again=again)
    return found


def told(
    orders: Iterable[Order], plan: ReachPlan, now: datetime
) -> Mapping[tuple[int, str], Turns]:
    """What was told of each part of ``orders``, by order and vantage, so far back that two looks
    at a part can settle it at the slowest pace."""
    window = 3 * plan.times.verified + 3 * plan.times.apart
    found = dict[tuple[int, str], Turns]()
    whole = list[int]()
    for order in orders:
        parts = _parts(order, plan.bounds.urls)
        if len(parts) < 2:
            whole.append(order.pk)
            continue
        rows = BlockLook.objects.filter(order=order, at__gte=now - len(parts) * window)
        looks = dict[str, dict[Part, list[Told]]]()
        for vantage, at, verdict, evidence in rows.values_list(
            "vantage", "at", "verdict", "evidence"
        ).iterator(chunk_size=100):
            of_part = looks.setdefault(vantage, {part: [] for part in parts})
            if (urls := _urls(evidence)) in of_part:
                of_part[urls].append(Told(at, Verdict(verdict)))
        found |= {(order.pk, name): (*by_part.values(),) for name, by_part in looks.items()}
    once = defaultdict[tuple[int, str], list[Told]](list)
    rows = BlockLook.objects.filter(order__in=whole, at__gte=now - window)
    for pk, vantage, at, verdict in rows.values_list("order", "vantage", "at", "verdict"):
        once[pk, vantage].append(Told(at, Verdict(verdict)))
    return found | {key: (looks,) for key, looks in once.items()}


def _parts(order: Order, most: int) -> tuple[Part, ...]:
    return parts_of(Scope(order.request.scope), order.request.values, most)


def _last(order: Order, vantage: str) -> tuple[Part, bool]:
    look = BlockLook.objects.filter(order=order, vantage=vantage).order_by("-pk").first()
    if look is None:
        return (), False
    return _urls(look.evidence), look.verdict == Verdict.NOT_BLOCKED


def _urls(evidence: Sequence[Mapping[str, Any]]) -> Part:
    return tuple(one["url"] for one in evidence)
