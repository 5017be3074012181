"""How every answer of the API leaves: problems as JSON, a tag on all that can be asked again."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import translation
from django.utils.cache import get_conditional_response, patch_vary_headers

from domain.digests import sha256_hex
from review.api.problems import MEDIA_TYPE, problem

ROOT = "/api/"
_LANGUAGE = "en"


class Answers:
    """Middleware for what is below ``ROOT``: programs get one language, whatever they ask for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(ROOT):
            return self._get_response(request)
        with translation.override(_LANGUAGE):
            response = _conditional(request, _as_problem(self._get_response(request)))
        patch_vary_headers(response, ["Authorization"])
        response["Content-Language"] = _LANGUAGE
        return response


def _as_problem(response: HttpResponseBase) -> HttpResponseBase:
    """What Django answered to an error itself, in the way of the API."""
    status = response.status_code
    if status < 400 or response.get("Content-Type") == MEDIA_TYPE:
        return response
    kept = {name: response[name] for name in ("Allow", "Retry-After") if name in response}
    return problem(status, headers=kept)


def _conditional(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """304 for what the asker has (RFC 9110, 13.1). A file has its own tag, a strong one; all else a
    weak one, since a proxy may pack it."""
    if request.method != "GET" or response.status_code not in {200, 206, 304}:
        return response
    response["Cache-Control"] = "private, no-cache"
    if not isinstance(response, HttpResponse) or "ETag" in response:
        return response
    response["ETag"] = f'W/"{sha256_hex(response.content)[:32]}"'
    found: HttpResponseBase | None = get_conditional_response(
        request, etag=response["ETag"], response=response
    )
    return response if found is None else _as_problem(found)
