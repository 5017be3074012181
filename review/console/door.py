"""The doorkeeper: nobody gets to a page that the table does not let them open."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from cases.models import Person
from cases.people import may
from review.api import bearer
from review.api.document import NAMESPACE
from review.console.account import BEGAN
from review.console.asking import has_second_factor
from review.console.table import BY_NAME, Page, Signed
from review.taxii import views as taxii

_BY_TOKEN = frozenset({NAMESPACE, taxii.NAMESPACE})
#: A longer address is forgotten at sign-in: encoded once more no server would take it.
_LONGEST_BACK = 1_000


class Doorkeeper:
    """Middleware that asks for sign-in, second factor, own password and group, in this order."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        match = request.resolver_match
        if match and match.namespace in _BY_TOKEN:
            return None  # each operation asks for a token itself, and for nothing else
        page = BY_NAME.get(match.url_name or "") if match else None
        if page is None:
            raise PermissionDenied("this address is in no table of pages")
        if request.method not in page.methods and not (
            request.method == "HEAD" and "GET" in page.methods
        ):
            return HttpResponseNotAllowed(page.methods)
        if page.signed is Signed.NOT:
            return None
        if page.by_token and "Authorization" in request.headers:
            return bearer.refusal(request)
        return _signed_in(request, page)


def _signed_in(request: HttpRequest, page: Page) -> HttpResponseBase | None:
    person = request.user
    if isinstance(person, Person) and time.time() - request.session.get(BEGAN, 0) > (
        settings.SESSION_MOST
    ):
        logout(request)
    if not isinstance(request.user, Person):
        path = request.get_full_path()
        back = {"next": path} if request.method == "GET" and len(path) <= _LONGEST_BACK else {}
        return redirect(f"{_sign_in()}?{urlencode(back)}" if back else _sign_in())
    if page.signed is Signed.BY_PASSWORD:
        return None
    if settings.NARCOWATCH.review.second_factor and not has_second_factor(request):
        return redirect("code")
    if not request.user.own_password:
        return redirect("password")
    if not may(request.user, page.roles):
        raise PermissionDenied(f"{request.user} may not open {page.name}")
    return None


def _sign_in() -> str:
    return reverse("sign_in")
