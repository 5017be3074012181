"""How long recipients took over what they were sent."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from blocking.entries import Action
from blocking.models import Order
from domain.orders import OrderState


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
