"""The audit chain of a made-up record: events come in any order, and are linked in that of time."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from bench.record.tables import Tables
from cases.audit import GENESIS, event_hash
from cases.models import AuditEvent, AuditHead
from domain.clock import iso

Linked = Callable[[int], None]


@dataclass(slots=True)
class Chain:
    """Events wait until all earlier ones are known: ``link`` writes those before a moment.

    What ``linked`` says of an event is called with its number, for rows that name it.
    """

    tables: Tables
    _waiting: list[tuple[datetime, int, Mapping[str, Any], Linked | None]] = field(
        default_factory=list
    )
    _number: Any = field(default_factory=count)
    _seq: int = 0
    _hash: str = GENESIS

    def begin(self) -> None:
        """Go on behind what is in the record."""
        if head := AuditHead.objects.filter(pk=1).first():
            self._seq, self._hash = head.seq, head.hash

    def tell(
        self,
        at: datetime,
        action: str,
        subject: str,
        actor: str,
        details: Mapping[str, Any],
        linked: Linked | None = None,
    ) -> None:
        """An event that happened."""
        values = {"action": action, "subject": subject, "actor": actor, "details": dict(details)}
        heapq.heappush(self._waiting, (at, next(self._number), values, linked))

    def link(self, before: datetime | None = None) -> None:
        """Write the events that happened before a moment; without one, all."""
        while self._waiting and (before is None or self._waiting[0][0] < before):
            at, _, values, linked = heapq.heappop(self._waiting)
            self._seq += 1
            event = AuditEvent(seq=self._seq, at=iso(at), previous=self._hash, **values)
            self._hash = event_hash(event)
            self.tables.add(
                AuditEvent, seq=self._seq, at=event.at, previous=event.previous, hash=self._hash,
                **values,
            )  # fmt: skip
            if linked is not None:
                linked(self._seq)

    def end(self) -> None:
        """Have the head say where it ends."""
        AuditHead.objects.update_or_create(pk=1, defaults={"seq": self._seq, "hash": self._hash})
