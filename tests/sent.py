"""Requests, exports and orders as rows, for tests of what comes after they were made."""

from __future__ import annotations

import json
import uuid
from datetime import datetime, timedelta

from blocking.manifest import FileFacts, Manifest
from blocking.models import BlockingRequest, Export, ExportEntry, Order
from blocking.states import ExportState
from cases.models import Case, Person
from domain.digests import sha256_hex
from domain.orders import OrderState
from tests.records import NOON, new_case


def request_of(host: str = "shop.test", *, case: Case | None = None, at: datetime = NOON):
    """A request to block ``host``."""
    case = case or new_case(f"host:{host}")
    pk = uuid.uuid5(uuid.NAMESPACE_DNS, host)
    document = {
        "id": str(pk),
        "action": "block",
        "urgency": "normal",
        "territory": "KZ",
        "authority": {
            "number": f"{case.pk}/1",
            "date": "2026-03-01",
            "unit": "Cyber unit",
            "approvers": [{"person": "analyst1", "at": "2026-03-01", "jurisdiction": "sells_in"}],
        },
        "law": {"provisions": ["Law, 41-1"], "category": "drug_sale"},
        "target": {"scope": "host", "values": [host], "scope_reason": "the whole host sells"},
        "evidence": [
            {
                "url": f"http://{host}/goods",
                "part": "",
                "captured_at": "2026-03-01T12:00:00Z",
                "vantage": "direct",
                "sha256": "a" * 64,
            }
        ],
        "validity": {"from": "2026-03-01T12:00:00Z", "until": "2026-05-30T12:00:00Z"},
    }
    return BlockingRequest.objects.create(
        id=pk,
        case=case,
        review_round=case.review_round,
        action="block",
        scope="host",
        values=[host],
        sort_key=host,
        territory="KZ",
        document=json.dumps(document),
        sha256="b" * 64,
        valid_from=at,
        valid_until=at + timedelta(days=90),
    )


def export_of(
    requests: list[BlockingRequest],
    number: int = 1,
    *,
    recipient: str = "regulator",
    state: ExportState = ExportState.RELEASED,
    previous: Export | None = None,
    person: Person | None = None,
    files: tuple[FileFacts, ...] = (),
    pk: int | None = None,
) -> Export:
    """An export that holds ``requests``, with no files but ``files``."""
    before = None
    manifest = Manifest(
        recipient, number, number, "2026-03-01T12:00:00Z", before, "c" * 64, len(requests), {}, {},
        files,
    )  # fmt: skip
    content = manifest.as_bytes()
    released = state is ExportState.RELEASED
    export = Export.objects.create(
        pk=pk,
        recipient=recipient,
        number=number,
        state=state,
        content_sha256="c" * 64,
        entry_count=len(requests),
        previous=previous,
        manifest=content.decode(),
        manifest_sha256=sha256_hex(content),
        folder=f"{recipient}/{number}",
        built_at=NOON,
        released_at=NOON if released else None,
        released_by=person if released else None,
    )
    ExportEntry.objects.bulk_create(ExportEntry(export=export, request=r) for r in requests)
    return export


def order_of(
    request: BlockingRequest, export: Export, state: OrderState = OrderState.SENT
) -> Order:
    """The order for ``request`` at the recipient of ``export``."""
    return Order.objects.create(
        request=request,
        recipient=export.recipient,
        state=state,
        export=export,
        sent_at=NOON,
        changed_at=NOON,
    )


def sent(*hosts: str, recipient: str = "regulator", number: int = 1) -> list[Order]:
    """Orders for hosts, sent to a recipient with one release."""
    requests = [request_of(host) for host in hosts]
    export = export_of(requests, number, recipient=recipient)
    return [order_of(request, export) for request in requests]
