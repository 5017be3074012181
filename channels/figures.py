"""Figures in preview pages: rounded counts, and the channel's id inside ``data-view``."""

from __future__ import annotations

import base64
import binascii
import json
import re

_COUNT = re.compile(r"(\d[\d\s.,]*)\s*([KMB]?)", re.IGNORECASE)
_FACTORS = {"": 1, "K": 1_000, "M": 1_000_000, "B": 1_000_000_000}
#: Bots and web clients write channel ids as -100… followed by the bare id.
_MARKED = 1_000_000_000_000
_LONGEST = 40


def parse_count(text: str) -> int | None:
    """``12.5M``, ``1 234`` or ``980`` as a number; None for what is no count."""
    found = _COUNT.fullmatch(text.strip()[:_LONGEST])
    if found is None:
        return None
    digits, factor = re.sub(r"\s", "", found[1]), _FACTORS[found[2].upper()]
    try:
        return round(float(digits.replace(",", ".")) * factor) if factor > 1 else _whole(digits)
    except ValueError:
        return None


def _whole(digits: str) -> int:
    return int(digits.replace(",", "").replace(".", ""))


def bare_channel_id(number: int) -> int:
    """Telegram's bare channel id from any way of writing it (``-100…``, negative, bare)."""
    number = abs(number)
    return number - _MARKED if number > _MARKED else number


def id_in_view(view: str) -> int | None:
    """The channel's id in ``data-view``: base64url JSON whose ``c`` is the chat; None if none."""
    padded = view.strip() + "=" * (-len(view.strip()) % 4)
    try:
        parsed = json.loads(base64.urlsafe_b64decode(padded))
        number = int(parsed["c"])
    except (
        binascii.Error,
        ValueError,
        KeyError,
        TypeError,
        RecursionError,
        OverflowError,
    ):
        return None
    return bare_channel_id(number) or None
