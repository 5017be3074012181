"""Whether people agree and how long they take: page and files."""

from __future__ import annotations

from django.http import Http404, HttpResponseBase
from django.shortcuts import render

from review.console.asking import Asked
from review.console.downloads import csv_file, number_of
from review.second_review import PERIODS, TABLES, SecondReview, of_days

_USUAL = 90


def second_review(request: Asked) -> HttpResponseBase:
    """The page."""
    figures = _figures(request)
    tables = [make(figures) for make in TABLES.values()]
    context = {"figures": figures, "tables": tables, "periods": PERIODS}
    return render(request, "console/second_review.html", context)


def as_csv(request: Asked, table: str) -> HttpResponseBase:
    """One of its tables as a file."""
    make = TABLES.get(table)
    if make is None:
        raise Http404(f"no table {table}")
    return csv_file(make(_figures(request)))


def _figures(request: Asked) -> SecondReview:
    return of_days(number_of(request, "days", PERIODS, _USUAL))
