"""Searches that somebody keeps, and how they are told of new hits."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from domain.errors import IndexingError, InputError
from review import saved_searches, searches
from review.alerts.plan import Way
from review.apps import alert_plan
from review.console import search
from review.console.asking import Asked
from review.models import SavedSearch

_REFUSED, _NO_ENGINE = 422, 503
_ALERTS_SHOWN = 20
_WAYS = {
    Way.OFF: pgettext_lazy("no alerts", "none"),
    Way.MAIL: gettext_lazy("by e-mail"),
    Way.WEBHOOK: gettext_lazy("by webhook"),
}


def listed(request: Asked) -> HttpResponseBase:
    """All that the person keeps."""
    return _listed(request)


def save(request: Asked) -> HttpResponseBase:
    """Keep a search that was made."""
    try:
        asked = searches.read_address(request.POST.get("asks", ""))
        saved = saved_searches.save(request.user, request.POST.get("name", ""), asked)
    except InputError as error:
        return _listed(request, str(error))
    messages.success(request, _("Saved."))
    return redirect("saved_search", saved.pk)


def shown(request: Asked, search_id: int) -> HttpResponseBase:
    """One of them: its name, its alerts, and the way to its hits."""
    return _shown(request, _own(request, search_id))


def rename(request: Asked, search_id: int) -> HttpResponseBase:
    """Give it another name."""
    saved = _own(request, search_id)
    try:
        saved_searches.rename(saved, request.POST.get("name", ""))
    except InputError as error:
        return _shown(request, _own(request, search_id), str(error))
    return redirect("saved_search", search_id)


def delete(request: Asked, search_id: int) -> HttpResponseBase:
    """Forget it."""
    saved_searches.delete(_own(request, search_id))
    messages.success(request, _("Deleted."))
    return redirect("saved_searches")


def alert(request: Asked, search_id: int) -> HttpResponseBase:
    """Say how new hits are told, or that they are not."""
    saved = _own(request, search_id)
    way, address = request.POST.get("way", ""), request.POST.get("address", "").strip()
    try:
        _switch(saved, way, address)
    except InputError as error:
        return _shown(request, saved, str(error))
    except IndexingError:
        told = _("The search engine does not answer, so that nobody knows what is new. Try later.")
        return _shown(request, saved, told, _NO_ENGINE)
    return redirect("saved_search", search_id)


def _switch(saved: SavedSearch, way: str, address: str) -> None:
    if way not in Way.values:
        raise InputError(_("Alerts do not go this way here: the operator has not set it up."))
    plan = alert_plan(settings.NARCOWATCH)
    saved_searches.switch(saved, Way(way), address, plan, search.engine)


def _own(request: Asked, search_id: int) -> SavedSearch:
    try:
        return saved_searches.one(search_id, request.user)
    except InputError as error:
        raise Http404(str(error)) from error


def _listed(request: Asked, problem: str = "") -> HttpResponseBase:
    rows = [(row, _WAYS[Way(row.alert)]) for row in saved_searches.searches_of(request.user)]
    context = {"rows": rows, "problem": problem}
    status = _REFUSED if problem else 200
    return render(request, "console/saved_searches.html", context, status=status)


def _shown(
    request: Asked, saved: SavedSearch, problem: str = "", status: int = _REFUSED
) -> HttpResponseBase:
    there = alert_plan(settings.NARCOWATCH).ways()
    context: dict[str, Any] = {
        "saved": saved,
        "ways": [(way, _WAYS[way]) for way in there],
        "alerts": saved.alerts.order_by("-pk")[:_ALERTS_SHOWN],
        "problem": problem,
    }
    return render(request, "console/saved_search.html", context, status=status if problem else 200)
