"""Requests, a release a month for each recipient, and what recipients answered."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from bench.record.chain import Chain
from bench.record.lives import Life
from bench.record.shapes import Shape, Year, chosen
from bench.record.tables import Tables
from blocking.manifest import Manifest, Previous
from blocking.models import (
    BlockingRequest,
    Export,
    ExportEntry,
    Order,
    OrderMove,
    Receipt,
    ReceiptEntry,
)
from domain.clock import iso
from domain.digests import digest, sha256_hex

RECIPIENTS = ("regulator", "operator-one")
_VALID = timedelta(days=90)
_SCOPES = {"host": "host", "url": "url", "onion": "onion", "telegram": "telegram"}
#: The ways of orders, each step with the answer that made it.
_WAYS: dict[tuple[str, ...], float] = {
    (): 25.0, ("accepted",): 20.0, ("refused",): 5.0, ("executed",): 20.0,
    ("accepted", "executed"): 10.0, ("executed", "verified"): 15.0,
    ("executed", "not_blocked"): 5.0,
}  # fmt: skip
_NAMESPACE = uuid.UUID("8f2f8a2e-6b1c-4a52-9b53-0d2a7b6c1f10")


@dataclass(slots=True)
class _Recipient:
    number: int = 0
    export: int | None = None
    manifest: bytes = b""
    sent: set[uuid.UUID] = field(default_factory=set)


@dataclass(slots=True)
class Releases:
    """Gathers requests, and releases those that were made by a moment."""

    tables: Tables
    chain: Chain
    year: Year
    supervisor: tuple[int, str]
    regulator: tuple[int, str]
    _made: list[tuple[datetime, uuid.UUID]] = field(default_factory=list)
    _of: dict[str, _Recipient] = field(
        default_factory=lambda: {name: _Recipient() for name in RECIPIENTS}
    )

    def ask(self, shape: Shape, life: Life, value: str, carried_by: str) -> None:
        """A request for a case that was ever requested."""
        if life.requested_at is None:
            return
        pk = uuid.uuid5(_NAMESPACE, f"{shape.number}/{life.review_round}")
        since, until = life.requested_at, life.requested_at + _VALID
        scope = _SCOPES[shape.kind]
        document = json.dumps(_document(pk, shape, value, scope, carried_by, since, until))
        self.tables.add(
            BlockingRequest, id=pk, case_id=shape.number, review_round=1, action="block",
            scope=scope, values=[value], sort_key=value, territory="KZ", document=document,
            sha256=sha256_hex(document.encode()), valid_from=since, valid_until=until,
        )  # fmt: skip
        self._made.append((since, pk))

    def release(self, at: datetime, draw: Random) -> None:
        """Have everything that was asked for by now go out to every recipient."""
        going = [pk for made, pk in self._made if made <= at]
        for name in RECIPIENTS:
            self._release(name, going, at, draw)

    def _release(self, name: str, going: Sequence[uuid.UUID], at: datetime, draw: Random) -> None:
        one = self._of[name]
        before = Previous(one.number, sha256_hex(one.manifest)) if one.number else None
        one.number += 1
        content = digest(sorted(map(str, going)))
        manifest = Manifest(
            name, one.number, one.number, iso(at), before, content, len(going), {}, {}, ()
        )
        one.manifest = manifest.as_bytes()
        number = self.tables.add(
            Export, recipient=name, number=one.number, state="released", content_sha256=content,
            entry_count=len(going), previous_id=one.export, manifest=one.manifest.decode(),
            manifest_sha256=sha256_hex(one.manifest), folder=f"{name}/{one.number}",
            built_at=at, released_at=at, released_by_id=self.supervisor[0],
        )  # fmt: skip
        one.export = number
        for pk in going:
            self.tables.add(ExportEntry, export_id=number, request_id=pk)
        fresh = [pk for pk in going if pk not in one.sent]
        one.sent.update(fresh)
        details = {"manifest_sha256": sha256_hex(one.manifest), "entries": len(going),
                   "sent": len(fresh), "sent_again": 0, "lift_sent": 0}  # fmt: skip
        subject = f"export:{name}/{one.number}"
        self.chain.tell(at, "export.released", subject, self.supervisor[1], details)
        self._answers(name, number, fresh, at, draw)

    def _answers(
        self, name: str, export: int, fresh: Sequence[uuid.UUID], at: datetime, draw: Random
    ) -> None:
        answered = self.year.later(at, 24 * 5)
        receipt = self.tables.add(
            Receipt, recipient=name, received_at=answered, received_by_id=self.regulator[0],
            via="form", name=f"{name}.csv", size=40 * len(fresh) + 1,
            sha256=sha256_hex(f"{name}{export}".encode()), counts={"applied": len(fresh)},
        )  # fmt: skip
        moves = list[dict[str, Any]]()
        for line, pk in enumerate(fresh, 1):
            way = chosen(draw, _WAYS)
            order = self.tables.add(
                Order, request_id=pk, recipient=name, state=way[-1] if way else "sent",
                export_id=export, sent_at=at, changed_at=answered if way else at,
            )  # fmt: skip
            came_from = "sent"
            for to in way:
                moves.append({"order_id": order, "came_from": came_from, "to": to,
                              "moved_at": answered, "happened_at": answered, "reason": "",
                              "actor": self.regulator[1], "receipt_id": receipt})  # fmt: skip
                came_from = to
            if way and way[0] in {"accepted", "refused", "executed"}:
                self.tables.add(
                    ReceiptEntry, receipt_id=receipt, line=line, entry=str(pk), order_id=order,
                    answer=way[0], at=answered, outcome="applied",
                )  # fmt: skip
        if moves:
            self._move(receipt, moves, answered)

    def _move(self, receipt: int, moves: list[dict[str, Any]], at: datetime) -> None:
        told = [[m["order_id"], m["came_from"], m["to"], iso(at), ""] for m in moves]
        details = {"moves": {}, "moves_sha256": digest(told)}

        def linked(seq: int) -> None:
            for values in moves:
                self.tables.add(OrderMove, audit_seq=seq, **values)

        subject = f"receipt:{receipt}"
        self.chain.tell(at, "orders.moved", subject, self.regulator[1], details, linked)


def _document(
    pk: uuid.UUID,
    shape: Shape,
    value: str,
    scope: str,
    url: str,
    since: datetime,
    until: datetime,
) -> dict[str, Any]:
    return {
        "id": str(pk),
        "action": "block",
        "urgency": "normal",
        "territory": "KZ",
        "authority": {
            "number": f"{shape.number}/1",
            "date": since.date().isoformat(),
            "unit": "Cyber unit",
            "approvers": [
                {"person": name, "at": iso(since), "jurisdiction": "sells_in"}
                for name in ("analyst1", "analyst2")
            ],
        },
        "law": {"provisions": ["Law, 41-1"], "category": "drug_sale"},
        "target": {"scope": scope, "values": [value], "scope_reason": "the whole of it sells"},
        "evidence": [
            {"url": url, "part": "", "captured_at": iso(since), "vantage": "direct",
             "sha256": "a" * 64}
        ],
        "validity": {"from": iso(since), "until": iso(until)},
    }  # fmt: skip
