"""The delta of an export: what a recipient has to add and to lift to come from the last release
to this one.

A lifting is said again in every delta until the recipient answers that it was executed: one that
got lost must not keep a target blocked.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
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
    ``added`` and what is blocked otherwise than before (``changed``: with the names below, say).
    ``unsaid`` of the liftings are orders that stand, and that no release asked to lift so far."""

    since: int
    added: tuple[Entry, ...]
    changed: tuple[Entry, ...]
    lifted: tuple[Entry, ...]
    unsaid: int = 0

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All of it, in the order in which it is written."""
        return (*self.lifted, *self.added, *self.changed)


def delta_against(last: Export | None, entries: Sequence[Entry], now: datetime) -> Delta | None:
    """The delta from ``last`` to a release that holds ``entries``; None where nothing came before.

    Lifted is whatever the recipient may still block and the release does not hold, also what an
    earlier release was to lift and what nobody has answered for; and what the last release held and
    the recipient refused: whoever adds deltas up has it in their list.
    """
    if last is None:
        return None
    before = _before(last)
    held = {entry.id for entry in entries}
    added = tuple(entry for entry in entries if entry.id not in before)
    changed = tuple(
        entry for entry in entries if before.get(entry.id, entry.subdomains) != entry.subdomains
    )
    blocked = _blocked(last.recipient, before)
    gone = {pk: state for pk, state in blocked.items() if pk not in held}
    unsaid = sum(state in STANDING for state in gone.values())
    return Delta(last.number, added, changed, tuple(_liftings([*gone], now)), unsaid)


def _before(last: Export) -> dict[str, bool]:
    """By request, whether the names below were blocked with it."""
    rows = ExportEntry.objects.filter(export=last).values_list("request_id", "subdomains")
    return {str(pk): subdomains for pk, subdomains in rows.iterator(chunk_size=5000)}


def _blocked(recipient: str, before: Mapping[str, bool]) -> dict[str, str]:
    """What the recipient may have in its list, and the state of the order for it."""
    states = [*STANDING, OrderState.LIFT_SENT, OrderState.REFUSED]
    rows = Order.objects.filter(recipient=recipient, state__in=states)
    found = {
        str(pk): state
        for pk, state in rows.values_list("request_id", "state").iterator(chunk_size=5000)
    }
    return {pk: state for pk, state in found.items() if state != OrderState.REFUSED or pk in before}


def _liftings(gone: Sequence[str], now: datetime) -> Iterator[Entry]:
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
