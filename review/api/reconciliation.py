"""For tools of the house: what was answered to releases and what was not, and what is overdue."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.conf import settings
from django.http import HttpResponse
from ninja import Router, Schema
from ninja.params import functions

from domain.errors import InputError
from domain.gaps import Gap, Owed
from domain.orders import OrderState
from review import reconciliation as service
from review.api.bearer import Bearing
from review.api.document import reading
from review.api.given import Number, PageNumber
from review.api.links import link_pages
from review.api.problems import missing
from review.overdue import overdue_lines
from review.tokens import Scope

router = Router(tags=["reconciliation"])
RecipientName = Annotated[str, functions.Path(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
OfGap = Annotated[
    Gap | None, functions.Query(None, description="Of this gap; else of the first with rows.")
]


class OverdueLine(Schema):
    """What one recipient owes beyond its time, or is owed: ``listed`` is whether the settings name
    it, ``named`` are the first of ``count`` entries, defanged."""

    recipient: str
    owed: Owed
    count: int
    since: datetime
    named: list[str]
    listed: bool


class OverdueLines(Schema):
    items: list[OverdueLine]


class Reconciled(Schema):
    """A release against its answers. ``gaps`` has every gap with the number of its rows."""

    name: str
    released_at: datetime
    ends: datetime | None
    sent: int
    lifted: int
    gaps: dict[Gap, int]


class Said(Schema):
    """One answer, and the receipt and line that it came with."""

    receipt_id: int
    line: int
    answer: str
    received_at: datetime


class GapRow(Schema):
    """One entry in a gap; ``label`` and ``state`` are of the order, where there is one."""

    gap: Gap
    entry: str
    label: str
    state: OrderState | None
    since: datetime
    said: list[Said]


class GapRows(Schema):
    items: list[GapRow]


@reading(router, "/reconciliation", Scope.RECONCILIATION_READ, OverdueLines)
def overdue_answers(request: Bearing) -> dict[str, object]:
    """What is overdue, by recipient, what is longest owed first."""
    blocking = settings.NARCOWATCH.blocking
    listed = [one.name for one in blocking.recipients]
    person = request.auth.person
    return {"items": overdue_lines(person, listed, answer_days=blocking.answer_days)}


@reading(
    router, "/reconciliation/{name}/{number}", Scope.RECONCILIATION_READ, Reconciled, also=(404,)
)
def reconciled_release(request: Bearing, name: RecipientName, number: Number) -> Reconciled:
    """A release against what was answered to it."""
    view = _view(request, name, number, None, 1)
    return Reconciled(
        name=view.name,
        released_at=view.released_at,
        ends=view.ends,
        sent=view.figures.sent,
        lifted=view.figures.lifted,
        gaps=dict(view.figures.gaps),
    )


@reading(
    router, "/reconciliation/{name}/{number}/rows", Scope.RECONCILIATION_READ, GapRows,
    also=(404,), paged=True,
)  # fmt: skip
def reconciled_rows(
    request: Bearing,
    response: HttpResponse,
    name: RecipientName,
    number: Number,
    gap: OfGap = None,
    page: PageNumber = 1,
) -> dict[str, object]:
    """The entries of one gap, with what was said of each."""
    view = _view(request, name, number, gap, page)
    link_pages(request, response, view.lines)
    return {"items": view.lines.rows}


def _view(
    request: Bearing, name: str, number: int, gap: Gap | None, page: int
) -> service.ReconciliationView:
    person = request.auth.person
    try:
        return service.named_view(person, name, number, gap=gap or "", page=page)
    except InputError as error:
        raise missing("release") from error
