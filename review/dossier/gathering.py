"""Reading what a dossier says of one case, after its bundle was made: both say the same."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from blocking.models import BlockingRequest, Order
from blocking.standing import of_case
from cases.bundles.access import on_hold
from cases.models import AssessmentRow, Capture, Case, Screenshot
from domain.clock import iso
from review.dossier.facts import (
    AuditLine,
    CaptureFacts,
    Carrier,
    CaseFacts,
    Decision,
    Mark,
    Ordered,
    ShotFacts,
)
from review.excerpts import NGRAM
from review.pages import assessed_pages

CARRIERS, CAPTURES, SHOTS, EVENTS = 5, 20, 5, 30
_LIKELIEST, _VALUES = 3, 20


def case_facts(case: Case, bundle: Path, evidence_sha256: str) -> CaseFacts:
    """What is said of ``case``, whose bundle lies in the folder ``bundle`` and has a manifest of
    that SHA-256. What others did is taken from the bundle, where other cases are hidden."""
    record = {name: _record(bundle, name) for name in ("audit", "candidates", "decisions")}
    rows = _carriers(case)
    captures = list(
        Capture.objects.filter(documents__in=[row.document_id for row in rows])
        .distinct()
        .order_by("fetched_at", "pk")
    )
    events = record["audit"]["events"]
    shots = {row["id"] for row in _record(bundle, "screenshots")}
    return CaseFacts(
        case=case.pk,
        target=str(case.target),
        name=case.target.name or case.target.value,
        kind=case.target.kind,
        state=case.state,
        standing=of_case(case.pk).standing.value,
        on_hold=on_hold(case),
        score=case.score or 0.0,
        role=case.role,
        substances=tuple(case.substances),
        regions=tuple(case.regions),
        langs=tuple(case.langs),
        opened_at=iso(case.opened_at),
        changed_at=iso(case.changed_at),
        found=tuple(dict.fromkeys(row["why"] for row in record["candidates"])),
        decisions=tuple(map(_decision, record["decisions"])),
        carriers=tuple(map(_carrier, rows)),
        captures=tuple(map(_capture, captures[:CAPTURES])),
        captures_left_out=max(0, len(captures) - CAPTURES),
        screenshots=tuple(
            _shot(row) for row in case.screenshots.filter(pk__in=shots).order_by("-taken_at", "-pk")
        )[:SHOTS],
        orders=tuple(_orders(case)),
        audit=tuple(_event(event) for event in events[-EVENTS:]),
        audit_left_out=max(0, len(events) - EVENTS),
        evidence_sha256=evidence_sha256,
    )


def _record(bundle: Path, name: str) -> Any:
    return json.loads((bundle / "record" / f"{name}.json").read_bytes())


def _carriers(case: Case) -> Sequence[AssessmentRow]:
    rows = AssessmentRow.objects.filter(
        document_id__in=case.carriers, model=case.model, restricted=False
    )
    found = list(rows.select_related("document__capture").order_by("-probability", "pk")[:CARRIERS])
    if found:
        return found
    _pages, likeliest = assessed_pages(case)
    return likeliest[:_LIKELIEST]


def _carrier(row: AssessmentRow) -> Carrier:
    document = row.document
    marks = (Mark(s["start"], s["end"], s["kind"], s["weight"]) for s in row.spans)
    return Carrier(
        document=document.pk,
        capture=document.capture_id,
        url=document.capture.url,
        part=document.part,
        title=document.title,
        probability=row.probability,
        text=document.text,
        marks=tuple(mark for mark in marks if mark.kind != NGRAM),
    )


def _decision(row: dict[str, Any]) -> Decision:
    return Decision(
        person=row["person"],
        verdict=row["verdict"],
        review_round=row["review_round"],
        reason=row["reason"],
        jurisdiction=row["jurisdiction"],
        decided_at=row["decided_at"],
        undone_at=row["undone_at"] or "",
    )


def _capture(row: Capture) -> CaptureFacts:
    return CaptureFacts(
        id=row.pk,
        url=row.url,
        fetched_at=iso(row.fetched_at),
        egress=row.egress,
        outcome=row.outcome,
        status=row.status,
        size=row.size,
        sha256=row.sha256,
        stored_in=row.warc_file,
    )


def _shot(row: Screenshot) -> ShotFacts:
    return ShotFacts(
        id=row.pk,
        url=row.url,
        taken_at=iso(row.taken_at),
        egress=row.egress,
        browser=row.browser,
        images=row.images,
        sha256=row.png_sha256,
    )


def _orders(case: Case) -> list[Ordered]:
    requests = BlockingRequest.objects.filter(case=case).prefetch_related("orders")
    found = []
    for request in requests.order_by("valid_from", "pk"):
        sent = sorted(request.orders.all(), key=lambda order: order.recipient)
        found += [_ordered(request, order) for order in sent] or [_ordered(request, None)]
    return found


def _ordered(request: BlockingRequest, order: Order | None) -> Ordered:
    def moment(at: datetime | None) -> str:
        return iso(at) if at else ""

    return Ordered(
        request=str(request.pk),
        action=request.action,
        scope=request.scope,
        values=tuple(request.values[:_VALUES]),
        asked_at=iso(request.valid_from),
        until=iso(request.valid_until),
        recipient=order.recipient if order else "",
        state=order.state if order else "",
        sent_at=moment(order.sent_at if order else None),
        changed_at=moment(order.changed_at if order else None),
    )


def _event(event: dict[str, Any]) -> AuditLine:
    names = ("seq", "at", "actor", "action", "subject", "previous", "hash")
    return AuditLine(**{name: event[name] for name in names})
