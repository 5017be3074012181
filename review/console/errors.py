"""Pages for what went wrong. They say what can be done and nothing of what is inside."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: the group, or a rule, does not allow it."""
    return _page(request, 403, _("You may not open this page."))


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    return _page(request, 404, _("There is no such page."))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    return _page(request, 400, _("This request cannot be read."))


def broken(request: HttpRequest) -> HttpResponse:
    """500: the log has the rest."""
    return _page(request, 500, _("Something broke here. The log says what; nothing was decided."))


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form without its token: another site's, or one from before signing in again."""
    return _page(
        request, 403, _("This form is of another session. Open the page again and repeat it.")
    )


def locked_out(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """429 after too many wrong passwords."""
    return _page(request, 429, _("Too many failed attempts. Wait, or ask an administrator."))


def _page(request: HttpRequest, status: int, text: str) -> HttpResponse:
    context = {"status": status, "text": text}
    return render(request, "console/error.html", context, status=status)
