"""Blocking requests: the list and each."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponseBase
from django.shortcuts import render

from cases.people import may
from domain.errors import InputError
from review.console.asking import Asked
from review.console.numbers import page_of
from review.console.words import ORDER_STATES, SCOPES
from review.exports import EXPORT_READERS
from review.requests import request_lines, request_view


def requests(request: Asked) -> HttpResponseBase:
    """Requests, the newest first."""
    chosen = {name: request.GET.get(name, "").strip() for name in ("begins", "scope", "state")}
    context = {
        "page": request_lines(request.user, **chosen, page=page_of(request)),
        "chosen": chosen,
        "scopes": SCOPES,
        "states": ORDER_STATES,
    }
    return render(request, "console/requests.html", context)


def one_request(request: Asked, request_id: UUID) -> HttpResponseBase:
    """A request with its orders."""
    try:
        view = request_view(request_id, request.user)
    except InputError as error:
        raise Http404(str(error)) from error
    context = {"view": view, "may_read_exports": may(request.user, EXPORT_READERS)}
    return render(request, "console/request.html", context)
