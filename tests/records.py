"""Rows that many tests begin with."""

from __future__ import annotations

from datetime import UTC, datetime

from cases.intake import target_row
from cases.models import Case, Run
from cases.moves import move
from domain.captures import CaptureRecord, Egress, Exchange, Outcome
from domain.documents import Document
from domain.states import CaseState
from domain.targets import parse_key, site_key

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def new_run(kind: str = "night") -> Run:
    return Run.objects.create(kind=kind, started_at=NOON)


def new_case(key: str = "host:shop.test") -> Case:
    target, _ = target_row(parse_key(key))
    return target.case


def case_in(state: CaseState, key: str = "host:shop.test") -> Case:
    """A case moved to ``state`` along allowed moves."""
    way = {
        CaseState.NEW: [],
        CaseState.ASSESSED: ["assessed"],
        CaseState.SCREENED_OUT: ["assessed", "screened_out"],
        CaseState.IN_REVIEW: ["assessed", "in_review"],
        CaseState.CONFIRMED: ["assessed", "in_review", "confirmed"],
        CaseState.DISMISSED: ["assessed", "in_review", "dismissed"],
        CaseState.ESCALATED: ["assessed", "in_review", "escalated"],
    }[state]
    case = new_case(key)
    for step in way:
        case = move(case.pk, CaseState(step), actor="test", reason="set up")
    return case


def page(url: str, text: str = "text", *, body: bytes | None = None) -> CaptureRecord:
    """A page that was fetched well."""
    return CaptureRecord(
        site=site_key(url),
        url=url,
        fetched_at=NOON,
        egress=Egress.DIRECT,
        outcome=Outcome.OK,
        exchange=Exchange(
            url=url,
            method="GET",
            request_headers=(("Host", site_key(url).value), ("User-Agent", "test")),
            status=200,
            reason="OK",
            response_headers=(("Content-Type", "text/html"), ("Content-Encoding", "gzip")),
            body=text.encode() if body is None else body,
        ),
        documents=(Document(title="a page", text=text),),
    )
