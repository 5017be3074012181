"""Pages for what went wrong. They say what can be done and nothing of what is inside."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    return page(request, 404, _("There is no such page."))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    return page(request, 400, _("This request cannot be read."))


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return page(request, 403, _("You may not open this page."))


def broken(request: HttpRequest) -> HttpResponse:
    """500."""
    return page(request, 500, _("Something broke here. Nothing was sent: please try again later."))


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form without its token: another site's, or one without cookies."""
    text = _("This form was not opened here. Allow this page its cookie, open it again, repeat.")
    return page(request, 403, text)


def too_large(request: HttpRequest) -> HttpResponse:
    """413."""
    return page(request, 413, _("This is more than can be taken at once. Send less."))


def too_often(request: HttpRequest, wait: int) -> HttpResponse:
    """429."""
    text = _("Too much was sent from where you are. Please try again later: nothing was kept.")
    response = page(request, 429, text)
    response["Retry-After"] = str(wait)
    return response


def page(request: HttpRequest, status: int, text: str, **more: Any) -> HttpResponse:
    """A page that says ``text``."""
    context = {"status": status, "text": text, **more}
    return render(request, "public/error.html", context, status=status)
