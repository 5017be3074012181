"""Whether people agree and how long they take: page and files."""

from __future__ import annotations

from datetime import datetime

from django.http import Http404, HttpResponseBase
from django.shortcuts import render

from review.console.asking import Asked
from review.console.downloads import csv_file, number_of
from review.kept import Kept
from review.second_review import PERIODS, TABLES, SecondReview, of_days

_USUAL = 90
_KEPT = Kept[SecondReview]()


def second_review(request: Asked) -> HttpResponseBase:
    """The page."""
    figures, at = _figures(request)
    tables = [make(figures) for make in TABLES.values()]
    context = {"figures": figures, "tables": tables, "periods": PERIODS, "figures_of": at}
    return render(request, "console/second_review.html", context)


def as_csv(request: Asked, table: str) -> HttpResponseBase:
    """One of its tables as a file."""
    make = TABLES.get(table)
    if make is None:
        raise Http404(f"no table {table}")
    return csv_file(make(_figures(request)[0]))


def _figures(request: Asked) -> tuple[SecondReview, datetime | None]:
    days = number_of(request, "days", PERIODS, _USUAL)
    return _KEPT.of(days, lambda: of_days(days))
