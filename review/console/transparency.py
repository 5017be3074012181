"""The transparency report of a period, to be saved."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from domain.errors import InputError
from review.console.asking import Asked
from review.transparency.computing import tables
from review.transparency.reading import Period, facts_of
from review.transparency.writing import files_of, names

_TYPES = {"json": "application/json", "csv": "text/csv; charset=utf-8"}
_HTML, _REFUSED = "text/html; charset=utf-8", 422


def transparency(request: Asked) -> HttpResponseBase:
    """Choose a period; the files of it."""
    asked = {name: request.GET.get(name, "") for name in ("first", "last")}
    problem, found = "", None
    if any(asked.values()):
        try:
            found = _period(request)
        except InputError as error:
            problem = str(error)
    context = {
        "asked": asked,
        "problem": problem,
        "files": names() if found else (),
        "query": request.GET.urlencode(),
    }
    status = _REFUSED if problem else 200
    return render(request, "console/transparency.html", context, status=status)


def transparency_file(request: Asked, name: str) -> HttpResponseBase:
    """One of the files."""
    if name not in names():
        raise Http404(f"no file {name}")
    try:
        period = _period(request)
    except InputError as error:
        raise Http404(str(error)) from error
    unit = settings.NARCOWATCH.blocking.authority.unit
    data = files_of(unit, period.first, period.last, tables(facts_of(period)))[name]
    kind = _TYPES.get(name.rpartition(".")[2], _HTML)
    response = HttpResponse(data, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _period(request: Asked) -> Period:
    first, last = request.GET.get("first", ""), request.GET.get("last", "")
    return Period.of(first, last, timezone.get_default_timezone())
