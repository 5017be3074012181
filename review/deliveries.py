"""How far a release has come on its ways to its recipient, for people to read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from blocking.models import Delivery, Export

_STATES: dict[str, object] = {
    Delivery.State.WAITING: _("waits"),
    Delivery.State.DELIVERED: _("delivered"),
    Delivery.State.SUPERSEDED: _("superseded by a newer release"),
}


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """One way. ``place`` is its scheme and host: the rest of an address is the operator's. ``at``
    is when it arrived, or else when it is tried next, None where it is not tried any more."""

    name: str
    place: str
    state: str
    state_name: str
    attempts: int
    problem: str
    at: datetime | None


def deliveries_of(export: Export) -> tuple[DeliveryLine, ...]:
    """The ways that ``export`` went or is to go."""
    return tuple(_line(row) for row in export.deliveries.order_by("pk"))


def _line(row: Delivery) -> DeliveryLine:
    at = {Delivery.State.WAITING: row.next_at, Delivery.State.DELIVERED: row.delivered_at}
    return DeliveryLine(
        name=row.name,
        place=_place(row.to),
        state=row.state,
        state_name=str(_STATES[row.state]),
        attempts=row.attempts,
        problem=row.problem,
        at=at.get(Delivery.State(row.state)),
    )


def _place(to: str) -> str:
    parts = urlsplit(to)
    where = parts.hostname or parts.path.rpartition("@")[2] if parts.scheme != "file" else ""
    return f"{parts.scheme} {where}".strip()
