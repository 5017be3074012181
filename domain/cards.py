"""Numbers of payment cards in texts: found by issuer range, length and check, and masked. Pure.

Sources: ISO/IEC 7812-1 (issuer ranges; annex B, the check of Luhn), and the ranges and lengths that
the schemes publish. Only schemes that are in use in the region are known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

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
_GROUP = re.compile(r"\d+")
_SEPARATORS = " \u00a0\u2009\u202f.-"
_LONGEST, _MOST_GROUPS, _SHORTEST_GROUP = 19, 5, 3
# Part of a word, an address, a path or a decimal fraction is no card.
_GLUED = re.compile(r"[^\W\d][\w]*$|[/=&?#@%]$|\d[.,]$")
#: A number as ``masked`` leaves it.
MASKED = re.compile(
    rf"{MASK}{{4}}[{_SEPARATORS}]?{MASK}{{2,6}}[{_SEPARATORS}]?{MASK}{{0,6}}"
    rf"[{_SEPARATORS}]?{MASK}{{0,4}}\d{{4}}(?!\d)"
)


@dataclass(frozen=True, slots=True, repr=False)
class CardAt:
    """A number at ``start`` to ``end`` of a text. ``digits`` is never printed."""

    start: int
    end: int
    digits: str


def cards_in(text: str) -> list[CardAt]:
    """The card numbers of ``text``, in one or in up to five groups of digits, left to right."""
    groups = [match.span() for match in _GROUP.finditer(text)]
    found: list[CardAt] = []
    for at, (start, _) in enumerate(groups):
        if text[start] in "23456" and not (found and start < found[-1].end):
            card = next(_from(text, groups[at : at + _MOST_GROUPS]), None)
            if card is not None:
                found.append(card)
    return found


def _from(text: str, groups: list[tuple[int, int]]) -> Iterator[CardAt]:
    start = groups[0][0]
    if _GLUED.search(text[max(0, start - 20) : start]):
        return
    digits, end = "", 0
    for begin, until in groups:
        if digits and not (begin == end + 1 and text[end] in _SEPARATORS):
            return
        digits, end = digits + text[begin:until], until
        if len(digits) > _LONGEST:
            return
        if is_card_number(digits) and not text[end : end + 1].isalpha():
            yield CardAt(start, end, digits)
        if until - begin < _SHORTEST_GROUP:
            return


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
        places = [at for at in range(card.start, card.end) if text[at].isdigit()]
        for place in places[:-SHOWN]:
            chars[place] = MASK
    return "".join(chars)


def _luhn(digits: str) -> bool:
    doubled = (sum(divmod(2 * int(d), 10)) for d in digits[-2::-2])
    return (sum(doubled) + sum(int(d) for d in digits[-1::-2])) % 10 == 0
