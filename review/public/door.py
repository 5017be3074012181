"""What holds for every request: its size, and that nothing of it is kept on the way."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from review.public.errors import too_large

_CHUNK, _MOST_READ_PAST = 64_000, 4_000_000


class Door:
    """Middleware that refuses bodies that are too large before anything reads them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._answer(request)
        if not request.path.startswith("/static/"):
            response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex"
        return response

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        length = request.META.get("CONTENT_LENGTH") or "0"
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if not length.isdecimal() or int(length[:18]) > most:
            _read_past(request)
            return too_large(request)
        return self._get_response(request)


def _read_past(request: HttpRequest) -> None:
    """Take some of the body off the wire: who is cut off while sending does not see the answer."""
    for _ in range(_MOST_READ_PAST // _CHUNK):
        if len(request.read(_CHUNK)) < _CHUNK:
            return
