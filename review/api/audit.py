"""For auditors: the audit chain by pages, without what is of the restricted queue."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Router, Schema
from ninja.params import functions

from review import trail
from review.api.bearer import Bearing
from review.api.document import reading
from review.api.given import Day, bounded_day, text
from review.api.links import link
from review.api.problems import Refused
from review.tokens import Scope

router = Router(tags=["audit"])
_MOST = 2**53
Actor = Annotated[str, text("Who did it.")]
Action = Annotated[
    str, text("What was done; one that ends with a dot takes all that begin so.", 60)
]
Subject = Annotated[str, text("To what, as `case:1`.")]
Date = Annotated[Day | None, functions.Query(None, description="Where the house is, included.")]
Seq = Annotated[int | None, functions.Query(None, ge=0, le=_MOST)]


class Event(Schema):
    """A link of the chain. ``details`` that name something of the restricted queue are withheld;
    then the hash cannot be computed from what is here."""

    seq: int
    at: str
    actor: str
    action: str
    subject: str
    details: Any
    previous: str
    hash: str


class Events(Schema):
    """The newest first; ``left_out`` are events of the restricted queue, null where that is not
    told. ``blind`` is whether what others think of open cases that the holder of the token has yet
    to decide is left out, as it is for supervisors."""

    items: list[Event]
    left_out: int | None
    blind: bool


@reading(router, "/audit/events", Scope.AUDIT_READ, Events, paged=True)
def audit_events(  # they are what the page takes
    request: Bearing,
    response: HttpResponse,
    actor: Actor = "",
    action: Action = "",
    subject: Subject = "",
    first: Date = None,
    last: Date = None,
    before: Seq = None,
    after: Seq = None,
) -> Events:
    """Events of the chain. `rel="next"` leads to older ones, `rel="prev"` to newer ones."""
    wanted = trail.Filter(actor, action, subject, bounded_day(first), bounded_day(last))
    if first and last and first > last:
        raise Refused(422, "The last day is before the first.")
    page = trail.page(request.auth.person, wanted, before=before, after=after)
    beside: dict[str, dict[str, object]] = {}
    if page.older is not None:
        beside["next"] = {"before": page.older, "after": None}
    if page.newer is not None:
        beside["prev"] = {"after": page.newer, "before": None}
    link(request, response, beside)
    return Events(
        items=[_event(shown) for shown in page.events], left_out=page.left_out, blind=page.blind
    )


def _event(shown: trail.Shown) -> Event:
    plain = {name: getattr(shown.event, name) for name in trail.HEADERS if name != "details"}
    return Event(**plain, details=shown.details)
