"""Where somebody who has signed in begins."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.shortcuts import redirect, render

from cases.people import DECIDERS, may
from review.console.asking import Asked


def home(request: Asked) -> HttpResponseBase:
    """The page that a person's group works on."""
    if may(request.user, DECIDERS):
        return redirect("queue")
    return render(request, "console/home.html")
