"""Numbers of payment cards in texts: found by issuer range, length and check, and masked. Pure.

Sources: ISO/IEC 7812-1 (issuer ranges; annex B, the check of Luhn), and the ranges and lengths that
the schemes publish. Only schemes that are in use in the region are known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

#: What stands for a hidden digit. The last four are shown.
MASK = "•"
SHOWN = 4
_SCHEMES = (
    (re.compile(r"4"), frozenset({13, 16, 19})),  # Visa
    (re.compile(r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), frozenset({16})),  # Mastercard
    (re.compile(r"220[0-4]"), frozenset({16, 17, 18, 19})),  # Mir
    (re.compile(r"62"), frozenset({16, 17, 18, 19})),  # UnionPay
    (re.compile(r"3[47]"), frozenset({15})),  # American Express
    (re.compile(r"50|5[6-9]|6[0379]"), frozenset({16, 18, 19})),  # Maestro
)
# Between groups: spaces, line ends, dashes, points, and characters that nobody sees.
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_SEPARATOR = rf"[\s.,·/*_\-\u2010-\u2015{_INVISIBLE}]"
_RUN = re.compile(rf"\d(?:{_SEPARATOR}{{0,3}}\d)*")
_PLAIN_SEPARATORS = frozenset(" \u00a0\u2009\u202f.-")
_LONGEST, _SHORTEST = 19, 13
# Groups as cards are printed. Others count only where single plain separators part them, since
# columns of prices are groups of digits, too.
_PRINTED = re.compile(r"(?:4 ){3}[1-4](?: [1-4])?|4 6 5|(?:2 ){6,8}[12]|1[3-9]")
_SHORTEST_GROUP, _MOST_GROUPS = 3, 5
# Part of an address or path, of an identifier or of a decimal fraction is no card; a word that
# stands right before the number is a label.
_IN_ADDRESS = re.compile(r"(?:://|www\.|[?&%@]|^/)\S*$")
_LABEL = re.compile(r"(?:^|[\W\d_])[^\W\d_]{3,}[#=]?$")
_GLUED = re.compile(r"[^\W_]$|_$|(?:^|\D)0[.,]$|\d{3}[.,]$")
_GLUED_AFTER = re.compile(r"[^\W\d_]{1,2}(?![^\W\d_])|[^\W\d_]+\d")
#: A number as ``masked`` leaves it.
MASKED = re.compile(rf"(?:{MASK}{_SEPARATOR}{{0,3}}){{9,15}}(?:\d{_SEPARATOR}{{0,3}}){{3}}\d(?!\d)")


@dataclass(frozen=True, slots=True, repr=False)
class CardAt:
    """A number at ``start`` to ``end`` of a text. ``digits`` is never printed."""

    start: int
    end: int
    digits: str


def cards_in(text: str) -> list[CardAt]:
    """The card numbers of ``text``, left to right, in whatever groups and digits they are written;
    of numbers that begin at one place the longest."""
    return [card for run in _RUN.finditer(text) for card in _in_run(text, *run.span())]


def _in_run(text: str, begin: int, until: int) -> Iterator[CardAt]:
    places = [at for at in range(begin, until) if text[at].isdecimal()]
    if len(places) < _SHORTEST:
        return
    digits = "".join(str(int(text[at])) for at in places)
    edges = [n for n in range(len(places)) if not n or places[n - 1] + 1 < places[n]]
    edges.append(len(places))
    free = 0
    for at, first in enumerate(edges[:-1]):
        if first < free or digits[first] not in "23456" or _is_glued(text, places[first]):
            continue
        for last in reversed(range(at + 1, min(at + 1 + _LONGEST, len(edges)))):
            own = edges[at : last + 1]
            size = own[-1] - first
            if not _SHORTEST <= size <= _LONGEST or not _are_groups(text, places, own):
                continue
            number, end = digits[first : own[-1]], places[own[-1] - 1] + 1
            if is_card_number(number) and not _GLUED_AFTER.match(text, end):
                yield CardAt(places[first], end, number)
                free = own[-1]
                break


def _are_groups(text: str, places: list[int], edges: list[int]) -> bool:
    sizes = [after - before for before, after in pairwise(edges)]
    if _PRINTED.fullmatch(" ".join(map(str, sizes))):
        return True
    between = [text[places[n - 1] + 1 : places[n]] for n in edges[1:-1]]
    plain = all(one in _PLAIN_SEPARATORS for one in between)
    return plain and len(sizes) <= _MOST_GROUPS and min(sizes[:-1]) >= _SHORTEST_GROUP


def _is_glued(text: str, start: int) -> bool:
    before = text[max(0, start - 200) : start]
    word = before.rsplit(None, 1)[-1] if before and not before[-1].isspace() else ""
    if _IN_ADDRESS.search(word):
        return True
    return bool(_GLUED.search(word)) and not _LABEL.search(word)


def is_card_number(digits: str) -> bool:
    """Whether ``digits`` is in an issuer's range, of its length, and passes Luhn's check."""
    known = any(prefix.match(digits) and len(digits) in lengths for prefix, lengths in _SCHEMES)
    return known and len(set(digits)) > 1 and _luhn(digits)


def masked_card(digits: str) -> str:
    """A card number with all but its last four digits hidden."""
    return MASK * (len(digits) - SHOWN) + digits[-SHOWN:]


def masked(text: str) -> str:
    """``text`` with its card numbers hidden but for four digits.

    It keeps its length, so that offsets into the one are offsets into the other; masking twice
    changes nothing more.
    """
    if not (found := cards_in(text)):
        return text
    chars = list(text)
    for card in found:
        places = [at for at in range(card.start, card.end) if text[at].isdecimal()]
        for place in places[:-SHOWN]:
            chars[place] = MASK
    return "".join(chars)


def _luhn(digits: str) -> bool:
    doubled = (sum(divmod(2 * int(d), 10)) for d in digits[-2::-2])
    return (sum(doubled) + sum(int(d) for d in digits[-1::-2])) % 10 == 0
