"""Search over everything indexed."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from domain.errors import IndexingError, InputError
from index.engine import MAX_WINDOW, Engine, Page, Query
from index.searching import find
from review import searches
from review.console.asking import Asked
from review.console.hits import facets, hit_line
from review.searches import Search

log = logging.getLogger(__name__)
_ON_A_PAGE = 20
_NOT_UNDERSTOOD, _NO_ENGINE = 422, 503


class NoIndexError(IndexingError):
    """Nothing was indexed yet: nothing is broken."""


def search(request: Asked) -> HttpResponseBase:
    """The box, and what was found with it."""
    context: dict[str, Any] = {"asked": Search(text=request.GET.get("q", ""))}
    status = 200
    try:
        context["asked"] = asked = searches.read(request.GET)
        if request.GET:
            context |= _found(asked, request.GET.get("page", "1"))
    except InputError as error:
        context["problem"], status = str(error), _NOT_UNDERSTOOD
    except NoIndexError:
        context["problem"] = _("Nothing is indexed yet: the first night does it.")
        status = _NO_ENGINE
    except IndexingError:
        log.exception("the search engine failed")
        context["problem"] = _("The search engine does not answer. The log says why.")
        status = _NO_ENGINE
    return render(request, "console/search.html", context, status=status)


def engine() -> Engine:
    """The engine of this house. Raises IndexingError, also where nothing was indexed yet."""
    values = settings.NARCOWATCH
    folder: Path = values.data_dir / "index"
    if not values.index.url and not folder.exists():
        raise NoIndexError("there is no index yet: a night, or `narcowatch index sync`, makes it")
    from index.opening import open_engine  # all commands load the pages, and both engines are slow

    return open_engine(values.index.url, folder)


def _found(asked: Search, given_page: str) -> dict[str, Any]:
    number = int(given_page) if given_page.isdecimal() and len(given_page) < 6 else 0
    if number < 1:
        raise InputError(_("There is no such page of hits."))
    query = asked.query(
        timezone.get_default_timezone(), limit=_ON_A_PAGE, offset=(number - 1) * _ON_A_PAGE
    )
    page = _asked_of_engine(query)
    return {
        "hits": [hit_line(hit) for hit in page.hits],
        "facets": facets(page.facets, asked),
        "paging": _paging(asked, number, page.total),
        "total": page.total,
        "here": asked.address(),
    }


def _asked_of_engine(query: Query) -> Page:
    there = engine()
    try:
        return find(there, query)
    finally:
        there.close()


@dataclass(frozen=True, slots=True)
class Paging:
    """Which page this is of how many, the number of its ``first`` hit, and where the pages beside
    it are; empty for none."""

    number: int
    last: int
    first: int
    before: str
    after: str


def _paging(asked: Search, number: int, total: int) -> Paging:
    last = max(1, -(-min(total, MAX_WINDOW) // _ON_A_PAGE))
    before = asked.address(page=number - 1) if number > 1 else ""
    after = asked.address(page=number + 1) if number < last else ""
    return Paging(number, last, (number - 1) * _ON_A_PAGE + 1, before, after)
