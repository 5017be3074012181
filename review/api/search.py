"""For tools of the house: search over everything indexed, with facets."""

from __future__ import annotations

import logging
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from django.http import HttpResponse
from django.utils import timezone
from ninja import Router, Schema
from ninja.params import functions
from pydantic import Field

from domain.assessment import Role
from domain.defang import defang, printable
from domain.errors import IndexingError, InputError
from domain.regions import REGION_NAMES
from domain.states import CaseState
from domain.targets import TargetKind
from index.engine import MAX_WINDOW, Hit
from index.engine import Page as Found
from index.searching import find
from review import searches
from review.api.bearer import Bearing
from review.api.document import reading
from review.api.given import Day, text
from review.api.links import link_pages
from review.api.problems import Refused
from review.console.hits import pieces
from review.console.search import engine
from review.paging import Paged
from review.tokens import Scope

log = logging.getLogger(__name__)
router = Router(tags=["search"])
_ON_A_PAGE = 20
_NOT_UNDERSTOOD, _NO_ENGINE = 422, 503
Text = Annotated[str, text("What is looked for, as in the box of the page; empty for all.", 500)]
_MOST, _LONGEST = 30, 100
Region = StrEnum("Region", {code: code for code in REGION_NAMES})  # type: ignore[misc]  # of ours
Value = Annotated[str, Field(max_length=_LONGEST)]
Values = Annotated[list[Value], functions.Query([], max_length=_MOST)]
Regions = Annotated[list[Region], functions.Query([], max_length=_MOST)]
Roles = Annotated[list[Role], functions.Query([], max_length=_MOST)]
States = Annotated[list[CaseState], functions.Query([], max_length=_MOST)]
Kinds = Annotated[list[TargetKind], functions.Query([], max_length=_MOST)]
Date = Annotated[Day | None, functions.Query(None)]
HitPage = Annotated[int, functions.Query(1, ge=1, le=MAX_WINDOW // _ON_A_PAGE)]


class Piece(Schema):
    """A piece of text, ``marked`` where it matches."""

    text: str
    marked: bool


class OneHit(Schema):
    """A page or post. Address defanged, control characters made visible."""

    case_id: int
    state: CaseState
    kind: TargetKind
    lang: str
    role: str
    score: float
    date: datetime
    url: str
    title: list[Piece]
    excerpt: list[Piece]


class Hits(Schema):
    """A page of what was found, and how many of all of it have which value of each facet."""

    total: int
    items: list[OneHit]
    facets: dict[str, dict[str, int]]


@reading(router, "/search", Scope.SEARCH_READ, Hits, also=(503,), paged=True)
def search(  # they are what the page takes
    request: Bearing,
    response: HttpResponse,
    q: Text = "",
    state: States = [],  # noqa: B006  # ninja reads them, and nobody changes one
    kind: Kinds = [],  # noqa: B006
    lang: Values = [],  # noqa: B006
    region: Regions = [],  # noqa: B006
    substance: Values = [],  # noqa: B006
    role: Roles = [],  # noqa: B006
    since: Date = None,
    until: Date = None,
    page: HitPage = 1,
) -> Hits:
    """The best hits first; the newest, where nothing is looked for."""
    try:
        found = _found(request, page)
    except InputError as error:
        raise Refused(_NOT_UNDERSTOOD, str(error)) from error
    except IndexingError as error:
        log.exception("the search engine failed")
        raise Refused(_NO_ENGINE, "The search engine does not answer.") from error
    last = max(1, -(-min(found.total, MAX_WINDOW) // _ON_A_PAGE))
    link_pages(request, response, Paged((), page, page < last))
    facets = {name: dict(values) for name, values in found.facets.items()}
    return Hits(total=found.total, items=[_hit(hit) for hit in found.hits], facets=facets)


def _found(request: Bearing, page: int) -> Found:
    """What the page of the console finds for the same address."""
    asked = searches.read(request.GET)
    offset = (page - 1) * _ON_A_PAGE
    query = asked.query(timezone.get_default_timezone(), limit=_ON_A_PAGE, offset=offset)
    there = engine()
    try:
        return find(there, query)
    finally:
        there.close()


def _hit(hit: Hit) -> OneHit:
    entry = hit.entry
    title = pieces(entry.title, hit.title_marks)
    return OneHit(
        case_id=entry.case_id,
        state=CaseState(entry.state),
        kind=TargetKind(entry.kind),
        lang=entry.lang,
        role=entry.role,
        score=entry.score,
        date=entry.date,
        url=printable(defang(entry.url)),
        title=[Piece(text=printable(one.text), marked=one.marked) for one in title],
        excerpt=[Piece(text=printable(one.text), marked=one.marked) for one in hit.excerpt],
    )
