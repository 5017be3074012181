"""Numbers that come in an address."""

from __future__ import annotations

from django.http import HttpRequest

_DIGITS = 6


def page_of(request: HttpRequest, name: str = "page") -> int:
    """The page that is asked for: the first where the address names none."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS else 1
