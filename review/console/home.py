"""Where somebody who has signed in begins."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.shortcuts import redirect

from cases.people import DECIDERS, Role, may
from review.console.asking import Asked
from review.recipients import RECIPIENTS

_BEGINNINGS = (
    ("queue", DECIDERS),
    ("own_exports", RECIPIENTS),
    ("people", frozenset({Role.ADMINISTRATOR})),
)


def home(request: Asked) -> HttpResponseBase:
    """The page that a person's group works on; the overview for those who look on."""
    for name, roles in _BEGINNINGS:
        if may(request.user, roles):
            return redirect(name)
    return redirect("overview")
