"""What the orders of cases come to. Sent, ordered and verified are never added together.

Restricted cases are in none of the figures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Case as Choose
from django.db.models import Count, IntegerField, QuerySet, Sum, Value, When

from blocking.hidden import hidden_requests
from blocking.models import Order
from domain.orders import OrderState, Standing, standing_of

_BITS = {state: 1 << number for number, state in enumerate(OrderState)}


@dataclass(frozen=True, slots=True)
class CaseStanding:
    """A case's orders, the newest first, and the one word for them."""

    standing: Standing
    orders: tuple[Order, ...]


def of_case(case_id: int) -> CaseStanding:
    """What a case shows as sent, ordered or verified; orders of all its rounds count."""
    rows = Order.objects.filter(request__case=case_id).select_related("request", "export")
    orders = tuple(rows.order_by("-sent_at", "recipient"))
    return CaseStanding(standing_of({OrderState(order.state) for order in orders}), orders)


def of_cases(case_ids: Sequence[int]) -> dict[int, Standing]:
    """The same word for each of some cases, in one query."""
    found = words_by_case(_shown(case_ids))
    return {pk: found.get(pk, Standing.NONE) for pk in case_ids}


def orders_by_state(recipient: str = "") -> dict[OrderState, int]:
    """How many orders are in each state, of all recipients or of one."""
    rows = _shown().filter(**({"recipient": recipient} if recipient else {}))
    counted = dict(rows.values_list("state").annotate(n=Count("pk")).order_by())
    return {state: counted.get(state.value, 0) for state in OrderState}


def cases_by_standing() -> dict[Standing, int]:
    """How many cases that ever had an order stand how. Each is counted once."""
    counted = Counter(words_by_case(_shown()).values())
    return {standing: counted[standing] for standing in Standing if standing is not Standing.NONE}


def _shown(case_ids: Sequence[int] | None = None) -> QuerySet[Order]:
    rows = Order.objects.exclude(request__in=hidden_requests())
    return rows if case_ids is None else rows.filter(request__case__in=case_ids)


def words_by_case(rows: QuerySet[Order]) -> Mapping[int, Standing]:
    """The word for every case that ``rows`` hold an order of. The database adds a case's states up
    to one number, so that as many rows are read as there are cases."""
    bit = Choose(
        *(When(state=state.value, then=Value(bit)) for state, bit in _BITS.items()),
        output_field=IntegerField(),
    )
    masks = rows.order_by().values("request__case_id").annotate(mask=Sum(bit, distinct=True))
    read: dict[int, Standing] = {}
    found: dict[int, Standing] = {}
    for case_id, mask in masks.values_list("request__case_id", "mask").iterator(chunk_size=5000):
        if mask not in read:
            read[mask] = standing_of({state for state, bit in _BITS.items() if mask & bit})
        found[case_id] = read[mask]
    return found
