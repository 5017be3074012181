"""Tokens for programs: one's own, and for administrators everybody's."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cases.people import may
from domain.errors import AccessError, InputError
from review import tokens as service
from review.console.asking import Asked

_MADE, _REFUSED = 201, 422


def tokens(request: Asked) -> HttpResponseBase:
    """One's own, and a form for one more. A new one's secret stands on this page alone."""
    if request.method == "POST":
        return _make(request)
    return _page(request)


def everybodys(request: Asked) -> HttpResponseBase:
    """Those of all people that are good for something."""
    context = {"rows": service.everybodys(request.user)}
    return render(request, "console/all_tokens.html", context)


def withdraw(request: Asked, token_id: int) -> HttpResponseBase:
    """End an own one; administrators end anybody's."""
    try:
        service.withdraw(token_id, request.user)
    except InputError as error:
        raise Http404(str(error)) from error
    messages.success(request, _("Withdrawn. Nothing is opened with it any more."))
    theirs = request.POST.get("list") == "all" and may(request.user, service.ADMINISTERING)
    return redirect("all_tokens" if theirs else "tokens")


def _make(request: Asked) -> HttpResponseBase:
    most = settings.NARCOWATCH.review.token_days
    days = request.POST.get("days", "")
    try:
        made = service.make(
            request.user,
            request.POST.get("name", ""),
            request.POST.getlist("scope"),
            int(days) if days.isascii() and days.isdecimal() and len(days) <= 4 else 0,
            most_days=most,
        )
    except (InputError, AccessError) as error:
        return _page(request, status=_REFUSED, problem=str(error), given=request.POST)
    return _page(request, status=_MADE, made=made)


def _page(request: Asked, *, status: int = 200, **more: Any) -> HttpResponseBase:
    allowed = service.scopes_for(request.user)
    chosen = more["given"].getlist("scope") if "given" in more else []
    context = {
        "rows": service.own(request.user),
        "choices": [(scope.value, scope in chosen) for scope in allowed],
        "most_days": settings.NARCOWATCH.review.token_days,
        **more,
    }
    return render(request, "console/tokens.html", context, status=status)
