"""Where somebody who has signed in begins."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.shortcuts import redirect, render

from cases.people import DECIDERS, may
from review.console.asking import Asked
from review.recipients import RECIPIENTS


def home(request: Asked) -> HttpResponseBase:
    """The page that a person's group works on."""
    if may(request.user, DECIDERS):
        return redirect("queue")
    if may(request.user, RECIPIENTS):
        return redirect("own_exports")
    return render(request, "console/home.html")
