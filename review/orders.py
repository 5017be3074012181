"""What recipients did with what they were sent: the one place where the console counts orders.

An order is one request at one recipient. Its states are never added together: what was sent was
not ordered by anybody, and what a recipient says is blocked may still answer.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, QuerySet

from blocking.entries import Action
from blocking.models import Order
from domain.orders import OrderState


def order_counts() -> dict[OrderState, int]:
    """How many orders to block stand in each state, in the order of the states; empty where
    nothing was ever sent."""
    found = dict(_orders().values_list("state").annotate(n=Count("pk")))
    return {state: found.get(state, 0) for state in OrderState} if found else {}


def sent_since(since: datetime) -> list[tuple[datetime, datetime]]:
    """When something was requested and when a recipient was sent it."""
    rows = _orders().filter(sent_at__gte=since)
    return list(rows.values_list("request__valid_from", "sent_at"))


def verified_since(since: datetime) -> list[tuple[datetime, datetime]]:
    """When a recipient was sent an order and when it was seen blocked; of those that still are."""
    rows = _orders().filter(state=OrderState.VERIFIED, changed_at__gte=since)
    return list(rows.values_list("sent_at", "changed_at"))


def _orders() -> QuerySet[Order]:
    return Order.objects.filter(request__action=Action.BLOCK, request__case__restricted=False)
