"""What a recipient's people see and do: their own released exports and receipts, nothing else.

Somebody of the regulator's group who belongs to no recipient has none of either.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from cryptography.x509 import Certificate
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from blocking import receipts
from blocking.models import Export, ExportEntry, Order
from blocking.plan import Bounds
from blocking.states import ExportState
from cases.models import Person
from cases.people import Role, require
from domain.clock import Clock, utc_now
from domain.errors import InputError
from domain.orders import OrderState
from domain.receipts import answered
from review.exports import hidden_entries, shown_entries
from review.labels import label
from review.paging import Paged, paged
from review.receipts import ReceiptLine, ReceiptView, lines_of, recipient_receipts, view_of

RECIPIENTS = frozenset({Role.REGULATOR})
#: The certificates that vouch for the signed answers of a recipient, none where it signs none.
Trusted = Callable[[str], Sequence[Certificate]]
_COLUMNS = ("id", "target", "state", "answer", "reason", "at")
#: Of an export of another's, of one that is not released, and of one that there is not.
_NONE = "there is no export {}"


@dataclass(frozen=True, slots=True)
class OwnExport:
    """A release in a recipient's list."""

    number: int
    released_at: datetime | None
    entries: int
    manifest_sha256: str
    in_force: bool


@dataclass(frozen=True, slots=True)
class OwnEntry:
    """An entry of a release, and where its order stands now."""

    entry: str
    label: str
    scope: str
    state: OrderState | None


@dataclass(frozen=True, slots=True)
class OwnExportView:
    """A release and a page of its entries."""

    export: OwnExport
    entries: Paged[OwnEntry]


def own_exports(person: Person, *, page: int = 1) -> Paged[OwnExport]:
    """The releases of the person's recipient, the newest first. Raises AccessError."""
    rows = released_to(person).order_by("-number")
    newest = rows.values_list("number", flat=True).first()
    found = paged(rows.defer("manifest", "findings"), page)
    hidden = hidden_entries([row.pk for row in found.rows])
    lines = tuple(_own(row, newest, hidden) for row in found.rows)
    return Paged(lines, found.number, found.more)


def own_export(person: Person, number: int, *, page: int = 1) -> OwnExportView:
    """One release. Raises AccessError, and InputError where the recipient has none such."""
    row = release_to(person, number)
    newest = released_to(person).order_by("-number").values_list("number", flat=True).first()
    found = paged(_entries(row), page)
    entries = Paged(tuple(_entry(entry) for entry in found.rows), found.number, found.more)
    own = _own(row, newest, hidden_entries([row.pk]))
    return OwnExportView(own, entries)


def blank_answers(person: Person, number: int) -> Iterator[str]:
    """A file to answer a release in: CSV, a line an entry, ``answer`` to be filled in. Raises
    AccessError, and InputError where the recipient has no such release."""
    row = release_to(person, number)
    return _csv(_entries(row))


def own_receipts(person: Person, *, page: int = 1) -> Paged[ReceiptLine]:
    """What the person's recipient answered, the newest first. Raises AccessError."""
    recipient = _recipient(person)
    return lines_of(recipient_receipts(recipient), page, told=True) if recipient else Paged()


def own_receipt(
    person: Person, receipt_id: int, *, outcome: str = "", page: int = 1
) -> ReceiptView:
    """One receipt. Raises AccessError, and InputError where the recipient has none such."""
    recipient = _recipient(person)
    if not recipient:
        raise InputError(f"there is no receipt {receipt_id}")
    return view_of(recipient_receipts(recipient), receipt_id, outcome, page, told=True)


def send_file(
    person: Person,
    data: bytes,
    name: str,
    *,
    bounds: Bounds,
    zone: tzinfo,
    trusted: Trusted,
    signature: bytes = b"",
    clock: Clock = utc_now,
) -> receipts.Received:
    """Answer with a file; ``trusted`` gives the certificates of a recipient, ``signature`` is what
    was sent beside it. Raises AccessError; InputError for a file that is none, and for a person of
    no recipient."""
    recipient = _sender(person)
    return receipts.receive_file(
        recipient,
        data,
        person,
        name=name,
        bounds=bounds,
        zone=zone,
        signature=signature,
        trusted=trusted(recipient),
        clock=clock,
    )


def send_answer(
    person: Person, cells: dict[str, str], *, once: str, zone: tzinfo, clock: Clock = utc_now
) -> receipts.Received:
    """Answer one entry. Raises AccessError, and InputError for what is no answer."""
    recipient = _sender(person)
    answer = answered(1, cells, zone)
    return receipts.receive_answer(recipient, answer, person, once=once, clock=clock)


def _recipient(person: Person) -> str:
    require(person, RECIPIENTS, "read what recipients get")
    return person.recipient


def _sender(person: Person) -> str:
    recipient = _recipient(person)
    if not recipient:
        raise InputError(_("You belong to no recipient: an administrator can change that."))
    return recipient


def released_to(person: Person) -> QuerySet[Export]:
    """The releases of the person's recipient. Raises AccessError."""
    recipient = _recipient(person)
    if not recipient:
        return Export.objects.none()
    return Export.objects.filter(recipient=recipient, state=ExportState.RELEASED)


def release_to(person: Person, number: int) -> Export:
    """One of them. Raises AccessError, and InputError where there is none such."""
    row = released_to(person).filter(number=number).first()
    if row is None:
        raise InputError(_NONE.format(number))
    return row


def _own(row: Export, newest: int | None, hidden: dict[int, int]) -> OwnExport:
    return OwnExport(
        number=row.number,
        released_at=row.released_at,
        entries=row.entry_count - hidden.get(row.pk, 0),
        manifest_sha256=row.manifest_sha256,
        in_force=row.number == newest,
    )


def _entries(row: Export) -> QuerySet[ExportEntry]:
    orders = Order.objects.filter(recipient=row.recipient, request=OuterRef("request"))
    rows = shown_entries(row.pk).select_related("request").defer("request__document")
    return rows.annotate(order_state=Subquery(orders.values("state")[:1]))


def _entry(row: ExportEntry) -> OwnEntry:
    state: str | None = row.order_state  # type: ignore[attr-defined]  # annotated above
    return OwnEntry(
        entry=str(row.request_id),
        label=label(row.request),
        scope=row.request.scope,
        state=OrderState(state) if state else None,
    )


def _csv(rows: QuerySet[ExportEntry]) -> Iterator[str]:
    """Hosts, URLs and names of channels can begin no formula; see ``register_csv.cell``."""
    line = io.StringIO()
    writer = csv.writer(line)
    writer.writerow(_COLUMNS)
    for row in rows.iterator(chunk_size=2000):
        target, state = row.request.sort_key, row.order_state  # type: ignore[attr-defined]
        writer.writerow((row.request_id, target, state or "", "", "", ""))
        yield line.getvalue()
        line.seek(0)
        line.truncate()
    yield line.getvalue()
