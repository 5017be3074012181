"""Where a text matches a query: marks into the original text, and an excerpt around the first.

The index holds folded words; this reads the original again, for the few texts that are shown.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from index.engine import Entry, Hit, Mark, Segment
from index.queries import Prefix, Words
from index.terms import Forms, forms_of, wanted
from index.words import WordAt, words_of

MOST_MARKS = 50
_BEFORE, _LENGTH = 80, 260

Needle = tuple[frozenset[Forms], ...]


class Marker:
    """Finds the leaves of one query in texts."""

    def __init__(self, leaves: Iterable[Words | Prefix]) -> None:
        leaves = list(leaves)
        self._prefixes = tuple(leaf.start for leaf in leaves if isinstance(leaf, Prefix))
        self._needles: list[Needle] = [
            tuple(frozenset(wanted(word)) for word in leaf.words)
            for leaf in leaves
            if isinstance(leaf, Words)
        ]
        self._longest = max(map(len, self._needles), default=1)

    def hit(self, entry: Entry, relevance: float) -> Hit:
        """``entry`` with its matches marked."""
        marks = self.marks(entry.text)
        return Hit(
            entry=entry,
            relevance=relevance,
            marks=marks,
            title_marks=self.marks(entry.title),
            excerpt=excerpt(entry.text, marks),
        )

    def marks(self, text: str) -> tuple[Mark, ...]:
        """The first matches in ``text``, in order, without overlaps."""
        if not self._needles and not self._prefixes:
            return ()
        found: list[Mark] = []
        for start, end in self._matches(text):
            while found and found[-1][1] > start:
                start = min(start, found.pop()[0])
            if len(found) == MOST_MARKS:
                break
            found.append((start, end))
        return tuple(found)

    def _matches(self, text: str) -> Iterator[Mark]:
        window: deque[tuple[WordAt, Forms]] = deque(maxlen=self._longest)
        for word in words_of(text):
            window.append((word, forms_of(word.text)))
            length = self._matching(window, word)
            if length:
                yield window[-length][0].start, word.end

    def _matching(self, window: deque[tuple[WordAt, Forms]], last: WordAt) -> int:
        """How many of the last words are a match: the most, when several needles end here."""
        best = 1 if self._prefixes and last.text.startswith(self._prefixes) else 0
        for needle in self._needles:
            if best < len(needle) <= len(window):
                tail = [window[at][1] for at in range(-len(needle), 0)]
                if all(map(_alike, tail, needle)):
                    best = len(needle)
        return best


def _alike(forms: Forms, wanted_forms: frozenset[Forms]) -> bool:
    return any(
        forms.plain == one.plain or forms.stem == one.stem or forms.kk == one.kk
        for one in wanted_forms
    )


def excerpt(text: str, marks: Sequence[Mark]) -> tuple[Segment, ...]:
    """A piece of ``text`` of some 260 characters, around the first mark or from the start."""
    start, end = _bounds(text, marks[0][0] if marks else 0)
    inside = [(max(a, start), min(b, end)) for a, b in marks if b > start and a < end]
    edges = [start, *(edge for mark in inside for edge in mark), end]
    segments = (
        Segment(text[a:b], marked=bool(number % 2)) for number, (a, b) in enumerate(pairwise(edges))
    )
    return tuple(segment for segment in segments if segment.text)


def _bounds(text: str, first: int) -> tuple[int, int]:
    start = max(0, first - _BEFORE)
    if start:  # begin with a whole word, unless one word fills all of it
        start = min((at for at in range(start, first) if text[at - 1].isspace()), default=start)
    return start, min(len(text), start + _LENGTH)
