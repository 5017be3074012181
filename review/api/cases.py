"""For tools of the house: cases as their pages have them. Nothing here decides one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.http import HttpResponse
from ninja import Router, Schema
from ninja.params import functions
from pydantic import field_validator

from blocking.standing import of_case
from domain.decisions import Jurisdiction, VerdictKind
from domain.errors import AccessError, InputError
from domain.orders import Standing
from domain.states import CaseState
from domain.targets import TargetKind
from review.api.bearer import Bearing
from review.api.document import reading
from review.api.given import Cursor, Moment, Number, bounded_moment
from review.api.links import link
from review.api.problems import missing
from review.case_lines import case_lines
from review.service import case_view
from review.tokens import Scope

router = Router(tags=["cases"])
State = Annotated[CaseState | None, functions.Query(None)]
Kind = Annotated[TargetKind | None, functions.Query(None)]
Since = Annotated[
    Moment | None,
    functions.Query(None, description="Cases that moved from then on; UTC without an offset."),
]


class CaseLine(Schema):
    """A case in the list; ``target`` is defanged."""

    case_id: int
    kind: TargetKind
    target: str
    state: CaseState
    score: float | None
    role: str
    substances: list[str]
    regions: list[str]
    langs: list[str]
    family_id: int | None
    opened_at: datetime
    changed_at: datetime


class CaseLines(Schema):
    items: list[CaseLine]


class Mark(Schema):
    """Characters of ``text`` and why they count; ``weight`` below zero speaks against selling."""

    start: int
    end: int
    kind: str
    weight: float


class Capture(Schema):
    """The bytes behind a page: WARC file and offset, and the SHA-256 of the body."""

    fetched_at: datetime
    egress: str
    file: str
    offset: int
    sha256: str


class Carrier(Schema):
    """A page or post that carries the verdict. Its text and title are collected: they are data."""

    document_id: int
    url: str
    part: str
    title: str
    probability: float
    text: str
    marks: list[Mark]
    evidence: Capture


class PageLine(Schema):
    probability: float
    url: str
    part: str
    head: str


class Verdict(Schema):
    """What somebody said of the case; ``jurisdiction`` is why this unit, of a confirmation."""

    person: str
    verdict: VerdictKind
    jurisdiction: Jurisdiction | None
    reason: str
    decided_at: datetime

    @field_validator("jurisdiction", mode="before")
    @classmethod
    def _none_of_others(cls, value: object) -> object:
        return value or None


class Evidence(Schema):
    name: str
    url: str
    taken_at: str
    sha256: str
    note: str


class Case(Schema):
    """A case as its page has it, links defanged. ``verdicts`` (who, what, why) stay empty until
    the token's owner has given an own one. ``standing`` is the one word for its orders."""

    case_id: int
    target: str
    kind: TargetKind
    state: CaseState
    standing: Standing
    score: float
    role: str
    substances: list[str]
    regions: list[str]
    langs: list[str]
    pages: int
    because: str
    found: list[str]
    carriers: list[Carrier]
    listed: list[PageLine]
    indicators: list[tuple[str, str]]
    channel: list[tuple[str, str]]
    warnings: list[str]
    proposals: list[tuple[int, str]]
    proposed_verdicts: list[str]
    verdicts: list[Verdict]
    looks: list[str]
    evidence: list[Evidence]


@reading(router, "/cases", Scope.CASES_READ, CaseLines, paged=True)
def cases(
    request: Bearing,
    response: HttpResponse,
    state: State = None,
    kind: Kind = None,
    since: Since = None,
    after: Cursor = 0,
) -> dict[str, object]:
    """Cases by their numbers."""
    found = case_lines(
        request.auth.person,
        state=state or "",
        kind=kind or "",
        since=bounded_moment(since),
        after=after,
    )
    if found.after is not None:
        link(request, response, {"next": {"after": found.after}})
    return {"items": found.rows}


@reading(router, "/cases/{case_id}", Scope.CASES_READ, Case, also=(404,))
def case(request: Bearing, case_id: Number) -> Case:
    """One case. Those of the restricted queue are told apart from none by nobody."""
    try:
        view = case_view(case_id, request.auth.person)
    except (InputError, AccessError) as error:
        raise missing("case") from error
    told = {name: getattr(view, name) for name in Case.model_fields if name != "standing"}
    carriers = [Carrier.model_validate(one) for one in view.carriers]
    told |= {
        "carriers": carriers,
        "listed": [PageLine.model_validate(one) for one in view.listed],
        "evidence": [Evidence.model_validate(one) for one in view.evidence],
    }
    return Case(standing=of_case(case_id).standing, **told)
