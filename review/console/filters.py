"""Choosing which cases the queue gives, and keeping the choice."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.decisions import OPEN_STATES
from domain.errors import InputError
from review import filters
from review.console.asking import Asked
from review.leases import Wanted
from review.vocabulary import KINDS, LANGUAGES, REGIONS, STATES, SUBSTANCES

_KEPT = "wanted"
_CHOICES = (
    ("kind", gettext_lazy("Kind"), KINDS),
    ("lang", gettext_lazy("Language"), LANGUAGES),
    ("region", gettext_lazy("Region"), REGIONS),
    ("substance", gettext_lazy("Substance"), SUBSTANCES),
    ("state", gettext_lazy("State"), {code: STATES[code] for code in sorted(OPEN_STATES)}),
)


@dataclass(frozen=True, slots=True)
class Choice:
    """One list to choose from: its name in the form, its title, and (code, name, chosen)."""

    name: str
    title: Any
    values: tuple[tuple[str, Any, bool], ...]


def filter_choices(wanted: Wanted) -> list[Choice]:
    """What the queue can be narrowed to, with what is chosen."""
    return [
        Choice(
            name,
            title,
            tuple((code, text, code == getattr(wanted, name)) for code, text in table.items()),
        )
        for name, title, table in _CHOICES
    ]


def wanted_of(request: Asked) -> Wanted:
    """What the queue of this session gives."""
    return filters.wanted_from(request.session.get(_KEPT, {}))


def choose(request: Asked) -> HttpResponseBase:
    """Have the queue give other cases from now on; with a name, keep the choice too."""
    try:
        wanted = filters.wanted_from(request.POST.dict())
        if name := request.POST.get("name", "").strip():
            filters.save(request.user, name, wanted)
            messages.success(request, _("Kept: %(name)s.") % {"name": name})
    except InputError as error:
        messages.error(request, str(error))
        return redirect("queue")
    request.session[_KEPT] = asdict(wanted)
    return redirect("queue")


def use(request: Asked, filter_id: int) -> HttpResponseBase:
    """Have the queue give what a kept filter wants."""
    try:
        request.session[_KEPT] = asdict(filters.chosen(request.user, filter_id))
    except InputError as error:
        raise Http404(str(error)) from error
    return redirect("queue")


def delete(request: Asked, filter_id: int) -> HttpResponseBase:
    """Keep a filter no longer."""
    try:
        filters.delete(request.user, filter_id)
    except InputError as error:
        raise Http404(str(error)) from error
    return redirect("queue")
