"""Numbers that come in an address."""

from __future__ import annotations

from django.http import HttpRequest

_DIGITS = 6
_KEY_DIGITS = 18


def page_of(request: HttpRequest, name: str = "page") -> int:
    """The page that is asked for: the first where the address names none."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS else 1


def number_of(request: HttpRequest, name: str) -> int:
    """The number of something in the record that is asked for; 0, which nothing has, where the
    address names none that the record could hold."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _KEY_DIGITS else 0
