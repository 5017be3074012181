"""What every page of the console is given."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Exists
from django.http import HttpRequest

from domain.clock import utc_now
from review.apps import DEMO_MARKER
from review.console.navigation import ENTRIES, Entry
from review.console.table import BY_NAME
from review.demo.tour import FILE as TOUR
from review.restricted_readers import standing_grants


def console(request: HttpRequest) -> dict[str, Any]:
    """Navigation for whoever asks, whether this is a demo, and the languages, each in its own."""
    return {
        "own_names": settings.LANGUAGES,
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
    grants = standing_grants(person, utc_now())
    rows = person.groups.annotate(reads=Exists(grants)).values_list("name", "reads")
    found = list(rows) if person.is_active else []
    held, reads = {name for name, _ in found}, any(reads for _, reads in found)
    return [
        (entry, entry.name == here)
        for entry in ENTRIES
        if BY_NAME[entry.name].roles & held and (reads or not entry.for_readers)
    ]
