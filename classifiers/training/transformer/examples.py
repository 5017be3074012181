"""Rows of a corpus as passages of normalised text, as the stage will read them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from classifiers.features import windows
from classifiers.normalise import normalise
from classifiers.rows import Row
from classifiers.signals import SIGNALS_FOR, Marks, find_marks
from classifiers.transformer.passages import passages_of
from domain.assessment import Label
from domain.lexicon import Lexicon

_MAX_CHARS = 6000
# Passages learnt from, of one row: of a selling text the one or two that hold most of what speaks
# for a sale, since the rest may sell nothing; of an innocent one its head and the likest.
_OF_SALE, _OF_INNOCENT = 2, 3


@dataclass(frozen=True, slots=True)
class Passages:
    """All passages of each row: normalised text, and those places that are learnt from."""

    texts: tuple[str, ...]
    learnt: tuple[int, ...]


def passages(
    rows: Sequence[Row], lexicon: Lexicon, tick: Callable[[int], None] = lambda n: None
) -> list[Passages]:
    """The passages of the first 6,000 characters of each row; ``tick`` hears of each row."""
    found = []
    for number, row in enumerate(rows):
        aligned = normalise(row.text[:_MAX_CHARS])
        cut = windows(aligned.text)
        chosen = [cut[at] for at in passages_of(cut)]
        texts = tuple(aligned.text[one.start : one.end] for one in chosen)
        if len(texts) > 1:
            marks = find_marks(aligned, lexicon)
            speaking = [_speaking(marks, one.start, one.end) for one in chosen]
            learnt = _learnt(speaking, row.label is Label.DRUG_SALE)
        else:
            learnt = (0,)
        found.append(Passages(texts, learnt))
        tick(number)
    return found


def _speaking(marks: Marks, start: int, end: int) -> int:
    return len({m.signal for m in marks.within(start, end) if m.signal in SIGNALS_FOR})


def _learnt(speaking: Sequence[int], sells: bool) -> tuple[int, ...]:
    order = sorted(range(len(speaking)), key=lambda at: -speaking[at])
    if sells:
        return tuple(order[:_OF_SALE])
    return tuple(dict.fromkeys([0, *order]))[:_OF_INNOCENT]
