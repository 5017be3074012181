"""What every page of the console is given."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from cases.people import roles_of
from review.apps import DEMO_MARKER
from review.console.navigation import ENTRIES, Entry
from review.console.table import BY_NAME
from review.demo.tour import FILE as TOUR


def console(request: HttpRequest) -> dict[str, Any]:
    """Navigation for whoever asks, and whether this is a demo."""
    return {
        "navigation": _navigation(request),
        "demo": settings.NARCOWATCH.data_dir.joinpath(DEMO_MARKER).exists(),
        "tour": settings.NARCOWATCH.data_dir.joinpath(TOUR).exists(),
    }


def _navigation(request: HttpRequest) -> list[tuple[Entry, bool]]:
    person = getattr(request, "user", None)
    if person is None or not person.is_authenticated:
        return []
    match = request.resolver_match
    here = match.url_name if match else ""
    held = roles_of(person)
    return [(entry, entry.name == here) for entry in ENTRIES if BY_NAME[entry.name].roles & held]
