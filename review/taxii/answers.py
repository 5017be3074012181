"""How answers leave (sections 1.6 and 3): one media type, errors as its error message."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from domain.errors import AccessError, InputError
from review.api.bearer import Bearer
from review.api.problems import Refused
from review.tokens import Grant, Scope

_TYPE = "application/taxii+json"
MEDIA_TYPE = f"{_TYPE};version=2.1"
_BEARER = Bearer(Scope.EXPORTS_READ)
_READING = ("GET", "HEAD")


class NotFound(Exception):
    """There is none, or none that the asker may know of."""


def answer(content: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> HttpResponse:
    """An answer that holds what was asked for."""
    return JsonResponse(dict(content), content_type=MEDIA_TYPE, headers=dict(headers or {}))


def error(
    status: int, description: str = "", headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """An error message (section 3.6.1)."""
    told = {"title": HTTPStatus(status).phrase, "http_status": str(status)}
    if description:
        told["description"] = description
    return JsonResponse(told, status=status, content_type=MEDIA_TYPE, headers=dict(headers or {}))


def reading(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Make a view one that answers tokens with the scope of exports, in this media type."""

    @csrf_exempt
    @functools.wraps(view)
    def asked(request: HttpRequest, **named: str) -> HttpResponse:
        if request.method not in _READING:
            return error(405, "Collections are only read.", {"Allow": ", ".join(_READING)})
        try:
            grant: Grant = _BEARER(request)
            if not _accepts(request.headers.get("Accept", "*/*")):
                return error(406, f"This is given as {MEDIA_TYPE} alone.")
            return view(request, grant, **named)
        except Refused as refused:
            return error(refused.status, refused.detail, refused.headers)
        except AccessError:
            return error(403, "This is not for you.")
        except InputError as wrong:
            return error(400, str(wrong))
        except NotFound:
            return error(404)

    return asked


def _accepts(header: str) -> bool:
    """Whether one of the media ranges of an ``Accept`` header takes the one type that is given."""
    for given in header.split(","):
        kind, *parameters = (part.strip().lower() for part in given.split(";"))
        versions = [p.removeprefix("version=") for p in parameters if p.startswith("version=")]
        if kind in {_TYPE, "application/*", "*/*"} and versions in ([], ["2.1"]):
            return True
    return False
