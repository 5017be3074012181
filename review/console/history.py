"""A case over time: what was fetched, what changed, what it looked like."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render

from domain.errors import AccessError, EvidenceError, InputError
from review.console.asking import Asked
from review.console.numbers import number_of, page_of
from review.history import compare, history_of
from review.pictures import screenshot_png


def history(request: Asked, case_id: int) -> HttpResponseBase:
    """What was fetched, the newest first."""
    try:
        found = history_of(case_id, request.user, page_of(request))
    except (ValueError, InputError, AccessError) as error:
        raise Http404(str(error)) from error
    return render(request, "console/history.html", {"history": found})


def difference(request: Asked, case_id: int) -> HttpResponseBase:
    """What changed between the two texts that ``one`` and ``other`` name."""
    try:
        one, other = (number_of(request, name) for name in ("one", "other"))
        found = compare(case_id, request.user, one, other)
    except (ValueError, InputError, AccessError) as error:
        raise Http404(str(error)) from error
    return render(request, "console/difference.html", {"compared": found})


def screenshot(request: Asked, case_id: int, shot_id: int) -> HttpResponseBase:
    """The picture of a screenshot, as it was taken."""
    root = settings.NARCOWATCH.data_dir / "evidence"
    try:
        data = screenshot_png(case_id, shot_id, request.user, root)
    except (InputError, AccessError, EvidenceError) as error:
        raise Http404(str(error)) from error
    return HttpResponse(data, content_type="image/png")
