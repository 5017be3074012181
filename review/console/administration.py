"""What the house is run by: one page that leads to the others, for those who may open them."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from cases.people import roles_of
from review.console.asking import Asked

_PLACES = (
    ("people", _("People"), _("Who signs in, in which group, for which recipient.")),
    ("recipients", _("Recipients"), _("Who gets exports, in which formats, and what they answer.")),
    ("never_block", _("Never-block list"), _("Hosts that are never blocked as a whole, and why.")),
    (
        "thresholds",
        _("Thresholds"),
        _("The model in force, and from which score it queues."),
    ),
    ("retention", _("Retention"), _("How long evidence is kept, what is due, and what went.")),
    (
        "restricted_readers",
        _("Readers of the restricted queue"),
        _("Who may see what is suspected to be child abuse, until when."),
    ),
)


def administration(request: Asked) -> HttpResponseBase:
    """Links to the pages of the house, with what each is for."""
    from review.console.table import BY_NAME  # which names this view

    held = roles_of(request.user)
    places = [place for place in _PLACES if BY_NAME[place[0]].roles & held]
    return render(request, "console/administration.html", {"places": places})
