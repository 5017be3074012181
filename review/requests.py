"""Blocking requests as people read them: what is asked, on what ground, and what came of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from blocking.entries import Action, Scope
from blocking.hidden import hidden_requests
from blocking.models import BlockingRequest, ExportEntry, Order, OrderMove
from cases.models import Person
from cases.people import require
from domain.defang import defang, printable
from domain.errors import InputError
from domain.orders import OrderState, Standing, standing_of
from review.block_looks import LookLine, last_looks_at
from review.labels import label
from review.paging import Paged, paged
from review.service import READERS

#: Follows every address that begins alike.
_LAST = "\U0010ffff"
_VALUES_SHOWN, _PROOFS_SHOWN, _EXPORTS_SHOWN, _MOVES_SHOWN = 200, 50, 20, 200


@dataclass(frozen=True, slots=True)
class RequestLine:
    """A request in a list; ``orders`` are recipients with their states."""

    request_id: UUID
    case_id: int
    label: str
    scope: str
    action: str
    valid_until: datetime
    standing: Standing
    orders: tuple[tuple[str, OrderState], ...]


@dataclass(frozen=True, slots=True)
class MoveLine:
    """A move of an order."""

    recipient: str
    came_from: OrderState
    to: OrderState
    moved_at: datetime
    happened_at: datetime | None
    reason: str
    actor: str


@dataclass(frozen=True, slots=True)
class RequestView:
    """A request in full; addresses are defanged. ``values`` and ``proofs`` are the first of
    ``values_count`` and ``proofs_count``; a proof is address, time, vantage and SHA-256."""

    line: RequestLine
    territory: str
    sha256: str
    valid_from: datetime
    overridden: bool
    reason: str
    unit: str
    number: str
    provisions: tuple[str, ...]
    approvers: tuple[tuple[str, str, str], ...]
    values: tuple[str, ...]
    values_count: int
    proofs: tuple[tuple[str, str, str, str], ...]
    proofs_count: int
    orders: tuple[Order, ...]
    looks: tuple[LookLine, ...]
    moves: tuple[MoveLine, ...]
    exports: tuple[tuple[int, str], ...]


def request_lines(
    person: Person, *, begins: str = "", scope: str = "", state: str = "", page: int = 1
) -> Paged[RequestLine]:
    """Requests, the newest first, of a scope or with an order in a state; by address, where it must
    begin with something. Raises AccessError."""
    require(person, READERS, "read requests")
    rows = _shown().order_by("-valid_from", "pk")
    if scope in set(Scope):
        rows = rows.filter(scope=scope)
    if begins:  # a range that the index of sorted addresses answers; LIKE is none in SQLite
        among = {"action__in": [*Action], "sort_key__gte": begins, "sort_key__lt": begins + _LAST}
        rows = rows.filter(**among).order_by("sort_key", "pk")
    if state in set(OrderState):
        rows = rows.filter(Exists(Order.objects.filter(request=OuterRef("pk"), state=state)))
    orders = Prefetch("orders", Order.objects.order_by("recipient"))
    found = paged(rows.defer("document").prefetch_related(orders), page)
    return Paged(tuple(_line(row) for row in found.rows), found.number, found.more)


def request_view(request_id: UUID, person: Person) -> RequestView:
    """One request. Raises AccessError, and InputError where there is none to be seen."""
    require(person, READERS, "read requests")
    orders = Prefetch("orders", Order.objects.select_related("export").order_by("recipient"))
    row = _shown().filter(pk=request_id).prefetch_related(orders).first()
    if row is None:
        raise InputError(f"there is no request {request_id}")
    data: dict[str, Any] = json.loads(row.document)
    target, authority, proofs = data["target"], data["authority"], data["evidence"]
    values, sent = target["values"], tuple(row.orders.all())
    return RequestView(
        line=_line(row),
        territory=row.territory,
        sha256=row.sha256,
        valid_from=row.valid_from,
        overridden=row.overridden,
        reason=printable(target["scope_reason"]),
        unit=printable(authority["unit"]),
        number=authority["number"],
        provisions=tuple(printable(text) for text in data["law"]["provisions"]),
        approvers=tuple((a["person"], a["at"], a["jurisdiction"]) for a in authority["approvers"]),
        values=tuple(printable(defang(value)) for value in values[:_VALUES_SHOWN]),
        values_count=len(values),
        proofs=tuple(_proof(proof) for proof in proofs[:_PROOFS_SHOWN]),
        proofs_count=len(proofs),
        orders=sent,
        looks=last_looks_at(sent),
        moves=_moves(row),
        exports=_exports(row),
    )


def _shown() -> QuerySet[BlockingRequest]:
    return BlockingRequest.objects.exclude(pk__in=hidden_requests())


def _line(row: BlockingRequest) -> RequestLine:
    orders = tuple((order.recipient, OrderState(order.state)) for order in row.orders.all())
    return RequestLine(
        request_id=row.pk,
        case_id=row.case_id,
        label=label(row),
        scope=row.scope,
        action=row.action,
        valid_until=row.valid_until,
        standing=standing_of({state for _, state in orders}),
        orders=orders,
    )


def _proof(proof: dict[str, str]) -> tuple[str, str, str, str]:
    where = f"{proof['url']} {proof['part']}".strip()
    return printable(defang(where)), proof["captured_at"], proof["vantage"], proof["sha256"]


def _moves(row: BlockingRequest) -> tuple[MoveLine, ...]:
    rows = OrderMove.objects.filter(order__request=row).select_related("order").order_by("-pk")
    return tuple(
        MoveLine(
            recipient=move.order.recipient,
            came_from=OrderState(move.came_from),
            to=OrderState(move.to),
            moved_at=move.moved_at,
            happened_at=move.happened_at,
            reason=printable(move.reason),
            actor=move.actor,
        )
        for move in rows[:_MOVES_SHOWN]
    )


def _exports(row: BlockingRequest) -> tuple[tuple[int, str], ...]:
    rows = ExportEntry.objects.filter(request=row).select_related("export").order_by("-export")
    rows = rows.only("export__recipient", "export__number")
    return tuple(
        (entry.export_id, f"{entry.export.recipient}/{entry.export.number}")
        for entry in rows[:_EXPORTS_SHOWN]
    )
