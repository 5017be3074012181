"""The releases that have not arrived, for the morning report."""

from __future__ import annotations

from blocking.models import Delivery


def undelivered() -> list[str]:
    """Releases that wait to be delivered, each with the way and what is in its way."""
    rows = Delivery.objects.filter(state=Delivery.State.WAITING).select_related("export")
    return [
        f"{row.export.recipient}/{row.export.number} by {row.name}: "
        + (f"{row.problem}, {row.attempts} attempts; {row.message}" if row.problem else "waits")
        for row in rows.order_by("made_at", "pk")
    ]
