"""The audit chain: append-only events, each carrying the hash of the one before.

``hash = SHA-256(previous | canonical JSON of the event)``, canonical as in RFC 8785. Details hold
digests, names and numbers, never contents.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from cases.models import AuditEvent, AuditHead
from domain.clock import Clock, iso, utc_now
from domain.digests import canonical_json, sha256_hex

GENESIS = "0" * 64


def append(
    action: str,
    subject: str,
    *,
    actor: str,
    details: Mapping[str, Any] | None = None,
    clock: Clock = utc_now,
) -> AuditEvent:
    """Add one event. Must run inside the transaction that makes the change it speaks of."""
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("audit.append needs an open transaction")
    head, _ = AuditHead.objects.select_for_update().get_or_create(pk=1, defaults={"hash": GENESIS})
    event = AuditEvent(
        seq=head.seq + 1,
        at=iso(clock()),
        actor=actor,
        action=action,
        subject=subject,
        details=dict(details or {}),
        previous=head.hash,
    )
    event.hash = event_hash(event)
    event.save(force_insert=True)
    head.seq, head.hash = event.seq, event.hash
    head.save()
    return event


def event_hash(event: AuditEvent) -> str:
    """The hash that ``event`` must carry."""
    content = {
        "seq": event.seq,
        "at": event.at,
        "actor": event.actor,
        "action": event.action,
        "subject": event.subject,
        "details": event.details,
    }
    return sha256_hex(event.previous.encode() + canonical_json(content))


@dataclass(frozen=True, slots=True)
class ChainReport:
    """``length`` links were read, ``head`` is the last hash; no ``problems`` when all hold."""

    length: int
    head: str
    problems: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return not self.problems


def verify() -> ChainReport:
    """Walk the whole chain and name every link that is missing, changed or out of order."""
    problems: list[str] = []
    previous, expected, length = GENESIS, 1, 0
    for event in _events(problems):
        length += 1
        if event.seq != expected:
            problems.append(f"event {expected} is missing (next is {event.seq})")
        elif event.previous != previous:
            problems.append(f"event {event.seq} does not carry the hash of the one before")
        if not _unchanged(event):
            problems.append(f"event {event.seq} was changed after it was written")
        previous, expected = event.hash, event.seq + 1
    head = AuditHead.objects.filter(pk=1).first()
    head_seq, head_hash = (head.seq, head.hash) if head else (0, GENESIS)
    if (head_seq, head_hash) != (expected - 1, previous):
        problems.append(f"the chain ends at event {expected - 1}, its head says {head_seq}")
    return ChainReport(length, previous, tuple(problems))


def _events(problems: list[str]) -> Iterator[AuditEvent]:
    """The events in order; what cannot be read at all ends them and is named."""
    rows = AuditEvent.objects.order_by("seq").iterator(chunk_size=2000)
    while True:
        try:
            event = next(rows, None)
        except ValueError as error:  # no JSON, or numbers longer than Python reads
            problems.append(f"an event was changed after it was written: {error}")
            return
        if event is None:
            return
        if isinstance(event.seq, int):
            yield event
        else:
            problems.append(f"an event is numbered {event.seq!r}")


def _unchanged(event: AuditEvent) -> bool:
    try:
        return event.hash == event_hash(event)
    except (TypeError, ValueError):  # what was put there is no JSON that we would have written
        return False
