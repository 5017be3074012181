"""For recipients: where their orders stand."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from ninja import Router, Schema
from ninja.params import functions

from domain.errors import InputError
from domain.orders import OrderState
from review import own_orders as service
from review.api.bearer import Bearing
from review.api.document import reading
from review.api.given import Cursor
from review.api.links import link
from review.api.problems import missing
from review.tokens import Scope

router = Router(tags=["orders"])
State = Annotated[
    OrderState | None, functions.Query(None, description="Orders in this state alone.")
]


class OwnOrder(Schema):
    """One request as the recipient has it; ``number`` is the release that it came with."""

    entry: UUID
    label: str
    scope: str
    state: OrderState
    number: int
    sent_at: datetime
    changed_at: datetime


class OwnOrders(Schema):
    items: list[OwnOrder]


class OwnMove(Schema):
    """That an order changed its state; ``happened_at`` is what the recipient said."""

    came_from: OrderState
    to: OrderState
    moved_at: datetime
    happened_at: datetime | None


class OwnOrderInFull(OwnOrder):
    moves: list[OwnMove]


class Recipient(Schema):
    """Whose orders these are, and how many stand in each state. The states are different things:
    their numbers are not to be added together."""

    name: str
    orders: dict[OrderState, int]


@reading(router, "/recipient", Scope.ORDERS_READ, Recipient)
def recipient(request: Bearing) -> dict[str, object]:
    """The recipient that the token's owner belongs to; its name is empty for none."""
    person = request.auth.person
    return {"name": person.recipient, "orders": service.own_states(person)}


@reading(router, "/orders", Scope.ORDERS_READ, OwnOrders, paged=True)
def orders(
    request: Bearing, response: HttpResponse, state: State = None, after: Cursor = 0
) -> dict[str, object]:
    """The recipient's orders, the oldest first."""
    found = service.own_orders(request.auth.person, state=state or "", after=after)
    if found.after is not None:
        link(request, response, {"next": {"after": found.after}})
    return {"items": found.rows}


@reading(router, "/orders/{entry}", Scope.ORDERS_READ, OwnOrderInFull, also=(404,))
def order(request: Bearing, entry: UUID) -> OwnOrderInFull:
    """One order, by the id of its entry, with all that it went through."""
    try:
        view = service.own_order(request.auth.person, entry)
    except InputError as error:
        raise missing("order") from error
    moves = [OwnMove.model_validate(move) for move in view.moves]
    return OwnOrderInFull(**OwnOrder.model_validate(view.line).model_dump(), moves=moves)
