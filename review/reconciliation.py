"""What recipients answered to a release, held against what it sent them: for the house."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from uuid import UUID

from django.db.models import QuerySet

from blocking.models import Export, Order, ReceiptEntry
from blocking.reconciling import Reconciled, Reconciliation, answers_to
from blocking.states import ExportState
from cases.models import Person
from cases.people import require
from domain.clock import iso
from domain.defang import printable
from domain.errors import InputError
from domain.gaps import OF_ORDERS, Gap
from domain.orders import OrderState
from review.exports import EXPORT_READERS
from review.labels import label
from review.paging import Paged, paged
from review.tables import Cell

#: The columns of the file. They are codes, for programs and spreadsheets alike.
COLUMNS = ("gap", "entry", "target", "state", "since", "answers", "receipts")
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Said:
    """One answer: what it said, when it came, and with which receipt."""

    receipt_id: int
    line: int
    answer: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class GapLine:
    """One entry in a gap. ``label`` is what it names, "" where the answer names no entry of the
    recipient; ``since`` is when it was sent, or when the answer came."""

    gap: Gap
    entry: str
    label: str
    state: OrderState | None
    since: datetime
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class ReconciliationView:
    """A release against its answers: the figures, and a page of one gap."""

    export_id: int
    name: str
    released_at: datetime
    ends: datetime | None
    figures: Reconciled
    gap: Gap
    lines: Paged[GapLine]


def reconciliation_view(
    export_id: int, person: Person, *, gap: str = "", page: int = 1
) -> ReconciliationView:
    """A released export against its answers; without a ``gap`` the first that has rows is shown.
    Raises AccessError, and InputError where there is no such release."""
    found = _of(person, Export.objects.filter(pk=export_id), str(export_id))
    return _view(found, gap, page)


def named_view(
    person: Person, recipient: str, number: int, *, gap: str = "", page: int = 1
) -> ReconciliationView:
    """The same of the release that is called RECIPIENT/NUMBER."""
    rows = Export.objects.filter(recipient=recipient, number=number)
    return _view(_of(person, rows, f"{recipient}/{number}"), gap, page)


def reconciliation_rows(export_id: int, person: Person) -> tuple[str, Iterator[Sequence[Cell]]]:
    """The name of a release, and all its gaps as rows of ``COLUMNS``, made as they are read. Raises
    as ``reconciliation_view``."""
    found = _of(person, Export.objects.filter(pk=export_id), str(export_id))
    lines = (line for gap in Gap for line in _all(found, gap))
    return f"{found.export.recipient}-{found.export.number}", (_cells(line) for line in lines)


def _of(person: Person, rows: QuerySet[Export], name: str) -> Reconciliation:
    require(person, EXPORT_READERS, "read receipts")
    export = rows.filter(state=ExportState.RELEASED).defer("manifest", "findings").first()
    if export is None:
        raise InputError(f"there is no export {name}")
    return Reconciliation.of(export)


def _view(found: Reconciliation, gap: str, page: int) -> ReconciliationView:
    figures = found.figures()
    first = next((one for one in Gap if figures.gaps[one]), Gap.UNANSWERED)
    chosen = Gap(gap) if gap in set(Gap) else first
    return ReconciliationView(
        export_id=found.export.pk,
        name=f"{found.export.recipient}/{found.export.number}",
        released_at=found.begins,
        ends=found.ends,
        figures=figures,
        gap=chosen,
        lines=_page(found, chosen, page),
    )


def _page(found: Reconciliation, gap: Gap, page: int) -> Paged[GapLine]:
    if gap not in OF_ORDERS:
        rows = paged(found.rows_in(gap), page)
        return Paged(tuple(_stray(row, gap) for row in rows.rows), rows.number, rows.more)
    orders = paged(_with_request(found, gap), page)
    return Paged(tuple(_lines(orders.rows, gap)), orders.number, orders.more)


def _all(found: Reconciliation, gap: Gap) -> Iterator[GapLine]:
    if gap not in OF_ORDERS:
        yield from (_stray(row, gap) for row in found.rows_in(gap).iterator(chunk_size=_AT_ONCE))
        return
    orders = _with_request(found, gap).iterator(chunk_size=_AT_ONCE)
    while some := list(islice(orders, _AT_ONCE)):
        yield from _lines(some, gap)


def _with_request(found: Reconciliation, gap: Gap) -> QuerySet[Order]:
    return found.orders_in(gap).select_related("request").defer("request__document")


def _lines(orders: Sequence[Order], gap: Gap) -> Iterator[GapLine]:
    said = defaultdict[int | None, list[Said]](list)
    for row in answers_to(orders):
        said[row.order_id].append(_said(row))
    for order in orders:
        yield GapLine(
            gap=gap,
            entry=str(order.request_id),
            label=label(order.request),
            state=OrderState(order.state),
            since=order.changed_at if gap is Gap.LIFT_UNANSWERED else order.sent_at,
            said=tuple(said[order.pk]),
        )


def _stray(row: ReceiptEntry, gap: Gap) -> GapLine:
    said = _said(row)
    return GapLine(gap, _entry(row.entry), "", None, said.received_at, (said,))


def _entry(text: str) -> str:
    """The id that an answer named; whoever wrote it may have written anything else."""
    try:
        return str(UUID(text))
    except ValueError:
        return printable(text)


def _said(row: ReceiptEntry) -> Said:
    return Said(row.receipt_id, row.line, row.answer, row.receipt.received_at)


def _cells(line: GapLine) -> Sequence[Cell]:
    return (
        line.gap.value,
        line.entry,
        line.label,
        line.state.value if line.state else "",
        iso(line.since),
        " ".join(one.answer for one in line.said),
        " ".join(f"{one.receipt_id}:{one.line}" for one in line.said),
    )
