"""Receipts as people read them, and as their senders do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet

from blocking.hidden import hidden_requests
from blocking.models import Receipt, ReceiptEntry
from cases.models import Person
from cases.people import require
from domain.defang import printable
from domain.errors import InputError
from domain.orders import Answer
from domain.outcomes import AS_TOLD, Outcome
from review.exports import EXPORT_READERS
from review.labels import label
from review.paging import Paged, paged


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """A receipt in a list; ``counts`` are rows by outcome, those that there are."""

    receipt_id: int
    recipient: str
    received_at: datetime
    received_by: str
    via: str
    name: str
    sha256: str
    signed_by: str
    signer_sha256: str
    counts: tuple[tuple[Outcome, int], ...]
    blank: int
    beyond: int


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """A row of a receipt and what came of it; ``label`` is what its order names."""

    line: int
    entry: str
    label: str
    answer: Answer | None
    reason: str
    at: datetime | None
    outcome: Outcome
    note: str


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """A receipt with a page of its rows."""

    line: ReceiptLine
    answers: Paged[AnswerLine]


def receipt_lines(person: Person, *, recipient: str = "", page: int = 1) -> Paged[ReceiptLine]:
    """Receipts of all recipients or of one, the newest first. Raises AccessError."""
    require(person, EXPORT_READERS, "read receipts")
    return lines_of(recipient_receipts(recipient), page)


def receipt_view(
    receipt_id: int, person: Person, *, outcome: str = "", page: int = 1
) -> ReceiptView:
    """A receipt. Rows of restricted cases are left out. Raises AccessError, and InputError where
    there is none."""
    require(person, EXPORT_READERS, "read receipts")
    return view_of(Receipt.objects.all(), receipt_id, outcome, page)


def recipient_receipts(recipient: str = "") -> QuerySet[Receipt]:
    """The receipts of a recipient, or all of them."""
    rows = Receipt.objects.all()
    return rows.filter(recipient=recipient) if recipient else rows


def lines_of(rows: QuerySet[Receipt], page: int, *, told: bool = False) -> Paged[ReceiptLine]:
    """A page of ``rows``; with ``told`` as their sender is told of them."""
    found = paged(rows.select_related("received_by").order_by("-received_at", "-pk"), page)
    hidden = _hidden([row.pk for row in found.rows])
    lines = tuple(_line(row, hidden, told) for row in found.rows)
    return Paged(lines, found.number, found.more)


def view_of(
    rows: QuerySet[Receipt], receipt_id: int, outcome: str, page: int, *, told: bool = False
) -> ReceiptView:
    """The receipt of that number among ``rows``. Raises InputError where there is none."""
    row = rows.select_related("received_by").filter(pk=receipt_id).first()
    if row is None:
        raise InputError(f"there is no receipt {receipt_id}")
    entries = ReceiptEntry.objects.filter(receipt=row).select_related("order__request")
    entries = entries.defer("order__request__document").order_by("line", "pk")
    entries = entries.exclude(order__request__in=hidden_requests())
    if outcome in set(Outcome):
        entries = entries.filter(outcome__in=_meant(outcome, told))
    found = paged(entries, page)
    answers = tuple(_answer(entry, told) for entry in found.rows)
    return ReceiptView(
        _line(row, _hidden([row.pk]), told), Paged(answers, found.number, found.more)
    )


def _meant(outcome: str, told: bool) -> list[str]:
    return [o for o in Outcome if (AS_TOLD[o] if told else o) == outcome]


def _hidden(receipt_ids: Sequence[int]) -> Counter[tuple[int, str]]:
    """How many rows of each receipt and outcome are of restricted cases."""
    hidden = hidden_requests()
    rows = ReceiptEntry.objects.filter(receipt__in=receipt_ids, order__request__in=hidden)
    counted = rows.order_by().values_list("receipt", "outcome").annotate(n=Count("pk"))
    return Counter({(receipt, outcome): count for receipt, outcome, count in counted})


def _line(row: Receipt, hidden: Counter[tuple[int, str]], told: bool) -> ReceiptLine:
    counts = Counter[Outcome]()
    for name, count in row.counts.items():
        outcome = AS_TOLD[Outcome(name)] if told else Outcome(name)
        counts[outcome] += count - hidden[row.pk, name]
    return ReceiptLine(
        receipt_id=row.pk,
        recipient=row.recipient,
        received_at=row.received_at,
        received_by=row.received_by.username,
        via=row.via,
        name=printable(row.name),
        sha256=row.sha256,
        signed_by=printable(row.signed_by),
        signer_sha256=row.signer_sha256,
        counts=tuple((outcome, counts[outcome]) for outcome in Outcome if counts[outcome]),
        blank=row.blank,
        beyond=row.beyond,
    )


def _answer(row: ReceiptEntry, told: bool) -> AnswerLine:
    outcome = Outcome(row.outcome)
    return AnswerLine(
        line=row.line,
        entry=printable(row.entry),
        label=label(row.order.request) if row.order else "",
        answer=Answer(row.answer) if row.answer else None,
        reason=printable(row.reason),
        at=row.at,
        outcome=AS_TOLD[outcome] if told else outcome,
        note=printable(row.note),
    )
