"""How far the blocking of cases has come, as it is asked for here: orders are blocking's.

``due_cases`` is the one place that asks, through a function of the kind ``Orderings``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from domain.rechecks import Ordering

#: Gives, by case number, how far its orders have come; a case that is missing has none.
Orderings = Callable[[], Mapping[int, Ordering]]


def nothing_ordered() -> Mapping[int, Ordering]:
    """For a record that holds no orders."""
    return {}
