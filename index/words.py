"""The words of a text, folded, with their place in the original."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from index.folding import INVISIBLE, fold

# A word may be pulled apart letter by letter, always by the same sign: "м е ф", "м.е.ф".
_WORD = re.compile(
    r"(?<![^\W_])[^\W\d_](?P<gap>[ .\-*|/·•,~+_])[^\W\d_](?:(?P=gap)[^\W\d_]){2,}(?![^\W_])"
    rf"|(?:[^\W_][{INVISIBLE}]*)+"
)


@dataclass(frozen=True, slots=True)
class WordAt:
    """A folded word, written at ``start`` to ``end`` (exclusive) of the original text."""

    text: str
    start: int
    end: int


def words_of(text: str) -> Iterator[WordAt]:
    """The words of ``text`` from left to right; every offset is one into ``text`` itself."""
    for match in _WORD.finditer(text):
        written = match.group()
        gap = match.group("gap")
        folded = fold(written.replace(gap, "") if gap else written)
        if folded:
            yield WordAt(folded, match.start(), match.end())
