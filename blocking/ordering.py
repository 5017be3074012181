"""How far the orders of cases have come, for those who look at the cases again."""

from __future__ import annotations

from collections.abc import Mapping

from blocking.models import Order
from blocking.standing import words_by_case
from domain.orders import STANDING, Standing
from domain.rechecks import Ordering


def orderings() -> Mapping[int, Ordering]:
    """By case number, for cases with an order that a recipient holds: *verified* when each of them
    was seen to be blocked, else *ordered*. One that was refused or lifted is none."""
    held = words_by_case(Order.objects.filter(state__in=[*STANDING]))
    return {
        case_id: Ordering.VERIFIED if word is Standing.VERIFIED else Ordering.ORDERED
        for case_id, word in held.items()
    }
