"""What changed between two texts, line by line and within a changed line word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

_WORD = re.compile(r"\s+|\w+|[^\w\s]")
#: Lines beyond this many of either text are compared no more: the comparison is quadratic.
MOST_LINES = 2_000
#: Changed lines with more words than this are shown whole, old and new.
_MOST_WORDS = 400


class Change(StrEnum):
    """What became of a piece of text."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Part:
    """Characters in a row with one fate."""

    change: Change
    text: str


def differences(old: str, new: str) -> list[Part]:
    """Both texts as parts in order: the same, gone from ``old`` and new in ``new``.

    The same and the gone parts together are ``old``, the same and the new ones ``new``, up to
    ``MOST_LINES`` lines of each.
    """
    one, other = _lines(old), _lines(new)
    found = list[Part]()
    for tag, a, b, c, d in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        before, after = "".join(one[a:b]), "".join(other[c:d])
        if tag == "equal":
            found.append(Part(Change.SAME, before))
        else:
            found.extend(_within(before, after))
    return found


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)[:MOST_LINES]


def _within(old: str, new: str) -> Iterator[Part]:
    one, other = _WORD.findall(old), _WORD.findall(new)
    if not one or not other or max(len(one), len(other)) > _MOST_WORDS:
        yield from _parts(old, new)
        return
    for tag, a, b, c, d in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        before, after = "".join(one[a:b]), "".join(other[c:d])
        if tag == "equal":
            yield Part(Change.SAME, before)
        else:
            yield from _parts(before, after)


def _parts(old: str, new: str) -> Iterator[Part]:
    if old:
        yield Part(Change.GONE, old)
    if new:
        yield Part(Change.NEW, new)
