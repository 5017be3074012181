"""What the last looks at orders met, as people read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from blocking.models import BlockLook, Collateral, Order
from domain.defang import defang, printable


@dataclass(frozen=True, slots=True)
class LookLine:
    """The last look at an order from a vantage. ``hits`` are neighbours that fell with the block,
    defanged, and what ties them."""

    recipient: str
    vantage: str
    at: datetime
    verdict: str
    reason: str
    hits: tuple[tuple[str, str], ...]


def last_looks_at(orders: Sequence[Order]) -> tuple[LookLine, ...]:
    """The last look at each of ``orders`` from each vantage that ever looked: two queries."""
    if not orders:
        return ()
    rows = BlockLook.objects.filter(order__in=[order.pk for order in orders])
    newest = rows.order_by().values("order", "vantage").annotate(last=Max("pk")).values("last")
    looks = BlockLook.objects.filter(pk__in=newest).defer("evidence").prefetch_related("collateral")
    recipients = {order.pk: order.recipient for order in orders}
    lines = [
        LookLine(
            recipient=recipients[look.order_id],
            vantage=look.vantage,
            at=look.at,
            verdict=look.verdict,
            reason=look.reason,
            hits=tuple(_hit(row) for row in look.collateral.all()),
        )
        for look in looks
    ]
    return tuple(sorted(lines, key=lambda line: (line.recipient, line.vantage)))


def _hit(row: Collateral) -> tuple[str, str]:
    return printable(defang(row.sibling)), row.tie
