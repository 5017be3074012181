"""How far the orders of cases have come, for those who look at the cases again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from blocking.models import Order
from blocking.states import STANDING, OrderState
from domain.rechecks import Ordering


def orderings() -> Mapping[int, Ordering]:
    """By case number, for cases with an order that a recipient holds: *verified* when each of them
    was seen to be blocked, else *ordered*. One that was refused or lifted is none."""
    states: dict[int, set[str]] = defaultdict(set)
    rows = Order.objects.filter(state__in=[*STANDING])
    for case_id, state in rows.values_list("request__case_id", "state").distinct().iterator():
        states[case_id].add(state)
    return {
        case_id: Ordering.VERIFIED if found == {OrderState.VERIFIED} else Ordering.ORDERED
        for case_id, found in states.items()
    }
