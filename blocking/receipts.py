"""Receipts: what recipients answer moves their orders. Every row is told what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from uuid import UUID

from cryptography.x509 import Certificate
from django.db import transaction

from blocking.models import BlockingRequest, Order, Receipt, ReceiptEntry
from blocking.orders import Step, move
from blocking.plan import Bounds
from blocking.signing.opening import open_file
from cases import audit
from cases.models import Person
from domain.clock import Clock, iso, utc_now
from domain.digests import canonical_json, sha256_hex
from domain.errors import InputError, MoveError
from domain.orders import OrderState, steps
from domain.outcomes import Outcome, Via
from domain.receipts import Answered, AnswerList, parse_answers
from domain.tables import RowProblem

_AT_ONCE = 500
#: Clocks of recipients may be ahead; dates without a time of day begin before what they speak of.
_AHEAD, _BEFORE = timedelta(minutes=10), timedelta(days=1)
_LONGEST_NAME, _LONGEST_SIGNER = 200, 500
_KEPT = (
    "received_at", "received_by", "via", "name", "size", "blank", "beyond", "signed_by",
    "signer_sha256", "signed_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Received:
    """A receipt; ``again`` says that the very same one had come before and nothing was done."""

    receipt: Receipt
    again: bool = False


def receive_file(
    recipient: str,
    data: bytes,
    person: Person,
    *,
    name: str,
    bounds: Bounds,
    zone: tzinfo,
    signature: bytes = b"",
    trusted: Sequence[Certificate] = (),
    clock: Clock = utc_now,
) -> Received:
    """Take a file of answers (CSV or JSON, see ``domain.receipts``) of ``recipient``, signed where
    there are ``trusted`` certificates (see ``blocking.signing.opening``).

    Rows that are right move their orders although others are wrong; each row's outcome is kept.
    Times without an offset are of ``zone``. The same answers again do nothing, whatever is signed
    around them. Raises InputError for a file that is too large or holds no row at all, and for one
    whose signature is missing or does not hold: nothing of it is then taken.
    """
    if (size := len(data) + len(signature)) > bounds.max_bytes:
        raise InputError(f"the file has {size} bytes, the most is {bounds.max_bytes}")
    data, signer = open_file(data, signature, trusted, clock())
    digest = sha256_hex(data)
    if before := _before(recipient, digest):
        return Received(before, again=True)
    found = parse_answers(data, most=bounds.max_rows, zone=zone)
    if not (found.answers or found.problems):
        raise InputError("the file holds no answer")
    shown = "".join(char for char in name if char.isprintable())[:_LONGEST_NAME]
    receipt = Receipt(
        recipient=recipient,
        received_at=clock(),
        received_by=person,
        via=Via.FILE,
        name=shown,
        size=len(data),
        sha256=digest,
        signed_by=signer.subject[:_LONGEST_SIGNER] if signer else "",
        signer_sha256=signer.sha256 if signer else "",
        signed_at=signer.signed_at if signer else None,
    )
    return _take(receipt, found, clock)


def receive_answer(
    recipient: str, answer: Answered, person: Person, *, once: str, clock: Clock = utc_now
) -> Received:
    """Take one answer that was typed. ``once`` tells one sending of the form from the next, so that
    the same one twice does nothing."""
    said = canonical_json(
        {
            "entry": str(answer.entry),
            "answer": answer.answer.value,
            "reason": answer.reason,
            "at": iso(answer.at) if answer.at else "",
            "once": once,
        }
    )
    digest = sha256_hex(said)
    if before := _before(recipient, digest):
        return Received(before, again=True)
    receipt = Receipt(
        recipient=recipient,
        received_at=clock(),
        received_by=person,
        via=Via.FORM,
        size=len(said),
        sha256=digest,
    )
    return _take(receipt, AnswerList([answer]), clock)


def _before(recipient: str, digest: str) -> Receipt | None:
    return Receipt.objects.filter(recipient=recipient, sha256=digest).first()


@transaction.atomic
def _take(receipt: Receipt, found: AnswerList, clock: Clock) -> Received:
    receipt.blank, receipt.beyond = found.blank, found.beyond
    kept, created = Receipt.objects.get_or_create(
        recipient=receipt.recipient,
        sha256=receipt.sha256,
        defaults={name: getattr(receipt, name) for name in _KEPT},
    )
    if not created:  # another process took the same one a moment ago
        return Received(kept, again=True)
    rows, moving = _judge(kept, found)
    rows += [_bad(kept, problem) for problem in found.problems]
    ReceiptEntry.objects.bulk_create(rows, batch_size=_AT_ONCE)
    kept.counts = dict(sorted(Counter(str(row.outcome) for row in rows).items()))
    kept.save(update_fields=["counts"])
    actor, subject = kept.received_by.username, f"receipt:{kept.pk}"
    move(moving, actor=actor, subject=subject, receipt=kept, clock=clock)
    details = {
        "recipient": kept.recipient,
        "sha256": kept.sha256,
        "rows": kept.counts,
        "blank": kept.blank,
        "beyond": kept.beyond,
        **({"signer_sha256": kept.signer_sha256} if kept.signer_sha256 else {}),
    }
    audit.append("receipt.received", subject, actor=actor, details=details, clock=clock)
    return Received(kept)


def _judge(receipt: Receipt, found: AnswerList) -> tuple[list[ReceiptEntry], list[Step]]:
    """What comes of each answer, later rows on what earlier ones did; the orders stay as they are
    until they are moved."""
    orders = _orders(receipt.recipient, [answer.entry for answer in found.answers])
    others = _others([answer.entry for answer in found.answers if answer.entry not in orders])
    states = {entry: OrderState(order.state) for entry, order in orders.items()}
    rows, moving = list[ReceiptEntry](), list[Step]()
    for answer in found.answers:
        order = orders.get(answer.entry)
        row = ReceiptEntry(
            receipt=receipt,
            line=answer.line,
            entry=str(answer.entry),
            order=order,
            answer=answer.answer,
            reason=answer.reason,
            at=answer.at,
        )
        rows.append(row)
        if order is None:
            row.outcome = Outcome.FOREIGN if answer.entry in others else Outcome.UNKNOWN
            continue
        try:
            _check_time(answer, order, receipt.received_at)
            way = steps(states[answer.entry], answer.answer, str(answer.entry))
        except (InputError, MoveError) as error:
            row.outcome, row.note = Outcome.CONFLICT, str(error)
            continue
        row.outcome = Outcome.APPLIED if way else Outcome.UNCHANGED
        for to in way:
            moving.append(Step(order, to, answer.reason, answer.at))
            states[answer.entry] = to
    return rows, moving


def _check_time(answer: Answered, order: Order, now: datetime) -> None:
    """Raise InputError for a time to come, and for one before the order was last sent: that answer
    is of an earlier sending."""
    if answer.at is None:
        return
    if answer.at > now + _AHEAD:
        raise InputError(f"{iso(answer.at)} is still to come")
    if answer.at < order.sent_at - _BEFORE:
        raise InputError(f"{iso(answer.at)} is before it was sent, {iso(order.sent_at)}")


def _orders(recipient: str, entries: Sequence[UUID]) -> dict[UUID, Order]:
    rows = Order.objects.select_for_update().filter(recipient=recipient)
    return {
        order.request_id: order
        for some in _parts(entries)
        for order in rows.filter(request__in=some)
    }


def _others(entries: Sequence[UUID]) -> frozenset[UUID]:
    return frozenset(
        pk
        for some in _parts(entries)
        for pk in BlockingRequest.objects.filter(pk__in=some).values_list("pk", flat=True)
    )


def _parts(entries: Sequence[UUID]) -> Iterator[list[UUID]]:
    once = list(dict.fromkeys(entries))
    for start in range(0, len(once), _AT_ONCE):
        yield once[start : start + _AT_ONCE]


def _bad(receipt: Receipt, problem: RowProblem) -> ReceiptEntry:
    return ReceiptEntry(
        receipt=receipt,
        line=problem.line,
        entry=problem.text,
        outcome=Outcome.BAD,
        note=problem.reason,
    )
