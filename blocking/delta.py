"""The delta of an export: what a recipient has to add and to lift to come from the last release
to this one.

A lifting is said again in every delta until the recipient answers that it was executed: one that
got lost must not keep a target blocked.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from blocking.documents import entry_from, lift_document
from blocking.entries import Entry
from blocking.models import BlockingRequest, Export, ExportEntry, Order
from domain.digests import canonical_json
from domain.orders import STANDING, OrderState

_EXPIRED, _NOT_IN_FORCE = "expired", "not_in_force"
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Delta:
    """``since`` is the release it is to be added to; ``lifted`` come first in what is written, then
    ``added`` and what is blocked otherwise than before (``changed``: with the names below, say)."""

    since: int
    added: tuple[Entry, ...]
    changed: tuple[Entry, ...]
    lifted: tuple[Entry, ...]

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All of it, in the order in which it is written."""
        return (*self.lifted, *self.added, *self.changed)


def delta_against(last: Export | None, entries: Sequence[Entry], now: datetime) -> Delta | None:
    """The delta from ``last`` to a release that holds ``entries``; None where nothing came before.

    Lifted is whatever the recipient may still block and the release does not hold, also what an
    earlier release was to lift and what nobody has answered for.
    """
    if last is None:
        return None
    before = _before(last)
    held = {entry.id for entry in entries}
    added = tuple(entry for entry in entries if entry.id not in before)
    changed = tuple(
        entry for entry in entries if before.get(entry.id, entry.subdomains) != entry.subdomains
    )
    return Delta(last.number, added, changed, tuple(_lifted(last.recipient, held, now)))


def _before(last: Export) -> dict[str, bool]:
    """By request, whether the names below were blocked with it."""
    rows = ExportEntry.objects.filter(export=last).values_list("request_id", "subdomains")
    return {str(pk): subdomains for pk, subdomains in rows.iterator(chunk_size=5000)}


def _lifted(recipient: str, held: set[str], now: datetime) -> Iterator[Entry]:
    blocked = Order.objects.filter(
        recipient=recipient, state__in=[*STANDING, OrderState.LIFT_SENT]
    ).values_list("request_id", flat=True)
    gone = [pk for pk in blocked.iterator(chunk_size=5000) if str(pk) not in held]
    rows = list[BlockingRequest]()
    for start in range(0, len(gone), _AT_ONCE):
        rows += BlockingRequest.objects.filter(pk__in=gone[start : start + _AT_ONCE])
    for row in sorted(rows, key=lambda row: (row.sort_key, str(row.pk))):
        yield _lifting(row, now)


def _lifting(row: BlockingRequest, now: datetime) -> Entry:
    """The entry that lifts a request. Why is not told but for one that has run out."""
    reason = _EXPIRED if row.valid_until <= now else _NOT_IN_FORCE
    data = lift_document(json.loads(row.document), row.sha256, reason)
    text = canonical_json(data).decode()
    return entry_from(data, text, subdomains=True, overridden=row.overridden)
