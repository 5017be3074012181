"""Where somebody who has signed in begins."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.shortcuts import redirect, render

from cases.people import DECIDERS, Role, roles_of
from review.console.asking import Asked
from review.recipients import RECIPIENTS

#: The first that fits: who decides begins where cases wait, who is sent something where it lies,
#: and who runs, checks or administers the house with what the night brought.
_BEGIN = (
    (DECIDERS, "queue"),
    (RECIPIENTS, "own_exports"),
    (frozenset({Role.OPERATOR, Role.AUDITOR, Role.ADMINISTRATOR}), "overview"),
)


def home(request: Asked) -> HttpResponseBase:
    """The page that a person's group works on; a page of words for who is in no group."""
    held = roles_of(request.user)
    for roles, page in _BEGIN:
        if held & roles:
            return redirect(page)
    return render(request, "console/home.html")
