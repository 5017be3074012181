"""Texts as an index may hold them: no whole card number, nothing that no database can store."""

from __future__ import annotations

import re
from collections.abc import Iterator

_SURROGATE = re.compile("[\ud800-\udfff]")
_DIGITS = re.compile(r"\d+")
_SEPARATORS = frozenset(" \u00a0.-")
_FIRST = frozenset("23456")  # the major industries that issue payment cards (ISO/IEC 7812-1)
_LENGTHS = range(13, 20)
_MOST_GROUPS, _SHORTEST_GROUP = 5, 3
_SHOWN = 4
MASK = "•"


def indexable(text: str) -> str:
    """``text`` with card numbers masked but for four digits, lone surrogates as U+FFFD.

    It keeps its length, so that offsets into the one are offsets into the other.
    """
    chars = list(_SURROGATE.sub("\ufffd", text))
    for places in _cards(text):
        for place in places[:-_SHOWN]:
            chars[place] = MASK
    return "".join(chars)


def _cards(text: str) -> Iterator[list[int]]:
    """The places of the digits of every card number, written in one or in up to five groups."""
    groups = [match.span() for match in _DIGITS.finditer(text)]
    for at, (start, _) in enumerate(groups):
        if text[start] not in _FIRST:
            continue
        places: list[int] = []
        for begin, end in groups[at : at + _MOST_GROUPS]:
            if places and not (begin == places[-1] + 2 and text[begin - 1] in _SEPARATORS):
                break
            if len(places) + end - begin > _LENGTHS[-1]:
                break
            places += range(begin, end)
            if len(places) in _LENGTHS and _passes_luhn([int(text[place]) for place in places]):
                yield places
            if end - begin < _SHORTEST_GROUP:
                break


def _passes_luhn(digits: list[int]) -> bool:
    """The check of ISO/IEC 7812-1, annex B."""
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
