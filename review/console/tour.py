"""The tour: what to do, what is done, and what was judged wrongly. In a record of made-up data."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpResponseBase
from django.shortcuts import render

from cases.people import DECIDERS, may
from review.console.asking import Asked
from review.demo.tour import misjudged, steps, tour_of


def tour(request: Asked) -> HttpResponseBase:
    """The page. There is none where data are real."""
    values = settings.NARCOWATCH
    found = tour_of(values.data_dir, production=values.production)
    if found is None:
        raise Http404("no tour here")
    told = steps(found, request.user)
    wrong, given = misjudged(found, request.user) if may(request.user, DECIDERS) else ([], 0)
    context = {
        "steps": told,
        "done": sum(step.done for step in told),
        "wrong": wrong,
        "given": given,
        "right": given - len(wrong),
    }
    return render(request, "console/tour.html", context)
