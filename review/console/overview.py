"""What the night brought, how far cases have come, and of what they are: page, files, paper."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string

from review import last_night, printing
from review.console.asking import Asked
from review.console.downloads import csv_file, number_of
from review.kept import Kept
from review.overview import PERIODS, TABLES, Overview

_USUAL = 12
_KEPT = Kept[Overview]()


def overview(request: Asked) -> HttpResponseBase:
    """The page."""
    return render(request, "console/overview.html", {**_context(request), "periods": PERIODS})


def overview_csv(request: Asked, table: str) -> HttpResponseBase:
    """One of its tables as a file."""
    make = TABLES.get(table)
    if make is None:
        raise Http404(f"no table {table}")
    return csv_file(make(_figures(request)[0]))


def overview_pdf(request: Asked) -> HttpResponseBase:
    """The page on paper."""
    html = render_to_string("console/overview_paper.html", _context(request), request)
    response = HttpResponse(printing.pdf(html), content_type="application/pdf")
    response["Content-Disposition"] = 'attachment; filename="overview.pdf"'
    return response


def _figures(request: Asked) -> tuple[Overview, datetime | None]:
    made = Overview(number_of(request, "weeks", PERIODS, _USUAL))
    return _KEPT.of((made.weeks, made.today), lambda: made)


def _context(request: Asked) -> dict[str, Any]:
    figures, at = _figures(request)
    sheets = [
        (
            make(figures),
            figures.week_chart() if name == "weeks" else None,
            figures.region_map() if name == "regions" else None,
        )
        for name, make in TABLES.items()
    ]
    return {
        "overview": figures,
        "figures_of": at,
        "sheets": sheets,
        "running": last_night.running(),
        "night": last_night.last_night(request.user),
        "holds": last_night.overdue_holds(request.user),
    }
