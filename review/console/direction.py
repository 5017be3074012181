"""No text turns a page around: characters that change its direction are shown by their numbers.

What is collected is shown so wherever a template knows it for what it is (``shown``). This holds
for all the rest, and for pages that are yet to be written: names, reasons, errors, codes.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.http.response import HttpResponse

#: Unicode Standard Annex 9, 2: embeddings, overrides, isolates, and the marks.
_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class Straight:
    """Middleware over every page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        html = response.get("Content-Type", "").startswith("text/html")
        if html and isinstance(response, HttpResponse):
            text = response.content.decode()
            if _TURNING.search(text):
                response.content = _TURNING.sub(lambda one: f"\\u{ord(one[0]):04x}", text)
        return response
