"""A recipient's own orders: where each stands, and how it came there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from blocking.hidden import hidden_requests
from blocking.models import Order
from blocking.standing import orders_by_state
from cases.models import Person
from cases.people import require
from domain.errors import InputError
from domain.orders import OrderState
from review.labels import label
from review.paging import SIZE
from review.recipients import RECIPIENTS


@dataclass(frozen=True, slots=True)
class OrderLine:
    """An order: ``entry`` is the id that all files of an export call it by, ``number`` the export
    that it was first sent with."""

    order_id: int
    entry: UUID
    label: str
    scope: str
    state: OrderState
    number: int
    sent_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class MoveLine:
    """That an order changed its state; ``happened_at`` is what the recipient said."""

    came_from: OrderState
    to: OrderState
    moved_at: datetime
    happened_at: datetime | None


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order with its moves, the oldest first."""

    line: OrderLine
    moves: tuple[MoveLine, ...]


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Orders in the order in which they were made; ``after`` is where the next page begins, None
    where there is none."""

    rows: tuple[OrderLine, ...]
    after: int | None


def own_orders(person: Person, *, state: str = "", after: int = 0) -> OrderPage:
    """The orders of the person's recipient, behind ``after``. Raises AccessError."""
    rows = _own(person).filter(pk__gt=after).order_by("pk")
    if state:
        rows = rows.filter(state=state)
    found = [_line(row) for row in rows[: SIZE + 1]]
    more = len(found) > SIZE
    return OrderPage(tuple(found[:SIZE]), found[SIZE - 1].order_id if more else None)


def own_order(person: Person, entry: UUID) -> OrderView:
    """One order. Raises AccessError, and InputError where the recipient has none such."""
    row = _own(person).filter(request=entry).first()
    if row is None:
        raise InputError(f"there is no order {entry}")
    moves = tuple(
        MoveLine(OrderState(m.came_from), OrderState(m.to), m.moved_at, m.happened_at)
        for m in row.moves.order_by("pk")
    )
    return OrderView(_line(row), moves)


def own_states(person: Person) -> dict[OrderState, int]:
    """How many orders of the person's recipient are in each state. Raises AccessError."""
    require(person, RECIPIENTS, "read what recipients get")
    return orders_by_state(person.recipient) if person.recipient else dict.fromkeys(OrderState, 0)


def _own(person: Person) -> QuerySet[Order]:
    require(person, RECIPIENTS, "read what recipients get")
    if not person.recipient:
        return Order.objects.none()
    rows = Order.objects.filter(recipient=person.recipient).select_related("request", "export")
    heavy = ("request__document", "export__manifest", "export__findings", "export__unchecked")
    return rows.exclude(request__in=hidden_requests()).defer(*heavy)


def _line(row: Order) -> OrderLine:
    return OrderLine(
        order_id=row.pk,
        entry=row.request_id,
        label=label(row.request),
        scope=row.request.scope,
        state=OrderState(row.state),
        number=row.export.number,
        sent_at=row.sent_at,
        changed_at=row.changed_at,
    )
