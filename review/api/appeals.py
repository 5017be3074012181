"""For recipients: appeals about what they were sent, and what was answered."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from django.http import HttpResponse
from ninja import Router, Schema

from domain.errors import InputError
from domain.told import Asks
from review import appeals as service
from review.api.bearer import Bearing
from review.api.document import reading
from review.api.given import Number, PageNumber
from review.api.links import link_pages
from review.api.problems import missing
from review.tokens import Scope

router = Router(tags=["appeals"])


class OwnAppeal(Schema):
    """An appeal in a list. ``about`` is what its sender wrote, with links defanged; ``due_at`` is
    when it is to be decided."""

    appeal_id: int
    about: str
    asks: Asks
    state: Literal["open", "upheld", "rejected"]
    received_at: datetime
    due_at: datetime
    overdue: bool


class OwnAppeals(Schema):
    items: list[OwnAppeal]


class Entry(Schema):
    """An entry that the appeal is about."""

    entry: UUID
    label: str


class OwnAppealInFull(OwnAppeal):
    """With its grounds in the sender's words, the answer that the sender was given (empty until
    then), and the recipient's entries that it is about."""

    grounds: str
    answer: str
    decided_at: datetime | None
    entries: list[Entry]


@reading(router, "/appeals", Scope.APPEALS_READ, OwnAppeals, paged=True)
def own_appeals(
    request: Bearing, response: HttpResponse, page: PageNumber = 1
) -> dict[str, object]:
    """Appeals about what the recipient was sent, the newest first."""
    found = service.own_appeals(request.auth.person, page=page)
    link_pages(request, response, found)
    return {"items": found.rows}


@reading(router, "/appeals/{appeal_id}", Scope.APPEALS_READ, OwnAppealInFull, also=(404,))
def own_appeal(request: Bearing, appeal_id: Number) -> OwnAppealInFull:
    """One of them."""
    try:
        view = service.own_appeal(appeal_id, request.auth.person)
    except InputError as error:
        raise missing("appeal") from error
    return OwnAppealInFull(
        **OwnAppeal.model_validate(view.line).model_dump(),
        grounds=view.grounds,
        answer=view.answer,
        decided_at=view.decided_at,
        entries=[Entry(entry=entry, label=label) for entry, label in view.requests],
    )
