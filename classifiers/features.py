"""A window of normalised text as one row of numbers: hashed n-grams, then the signals.

N-grams are weighted ``(1 + ln count) * idf`` and brought to length one, characters and words
each by themselves, so that neither the length of a text nor one kind drowns the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifiers.ngrams import BUCKETS, Buckets, buckets_of
from classifiers.signals import NAMES, Mark, vector

DIMENSIONS = BUCKETS + len(NAMES)
NGRAM_SCALE = 0.7

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Row:
    """Columns and values of one window; columns from BUCKETS on are the signals' NAMES."""

    columns: NDArray[np.int64]
    values: Floats


@dataclass(frozen=True, slots=True)
class Window:
    """Characters ``start`` to ``end`` of the normalised text."""

    start: int
    end: int


# A page is read twice: in wide windows, which keep the context that speaks against a sale, and
# in narrow ones, in which a single selling paragraph is not drowned.
WIDE, NARROW = (1500, 300), (450, 120)
_NARROW_FROM = 700


def windows(text: str, *, narrow: bool = True) -> list[Window]:
    """``text`` cut into overlapping wide windows that begin at a word, then narrow ones."""
    wide = _cut(text, *WIDE)
    return wide if len(text) < _NARROW_FROM or not narrow else [*wide, *_cut(text, *NARROW)]


def _cut(text: str, size: int, overlap: int) -> list[Window]:
    cut: list[Window] = []
    start = 0
    while True:
        end = min(len(text), start + size)
        if end < len(text):
            space = text.rfind(" ", start + size - overlap // 2, end)
            end = space if space > 0 else end
        cut.append(Window(start, end))
        if end >= len(text):
            return cut
        space = text.find(" ", end - overlap, end)
        start = space + 1 if space > 0 else end - overlap


def featurise(text: str, marks: list[Mark], idf: Floats) -> Row:
    """The row of one window: its ``text`` and the marks that start in it."""
    blocks = [_block(one, idf) for one in buckets_of(text)]
    signals = np.asarray(vector(marks), dtype=np.float32)
    present = np.flatnonzero(signals)
    return Row(
        np.concatenate([*(columns for columns, _ in blocks), BUCKETS + present]),
        np.concatenate([*(values for _, values in blocks), signals[present]]),
    )


def _block(buckets: Buckets, idf: Floats) -> tuple[NDArray[np.int64], Floats]:
    columns, counts = np.unique(buckets, return_counts=True)
    values = (1 + np.log(counts)).astype(np.float32) * idf[columns]
    norm = float(np.sqrt(np.sum(values * values)))
    return columns, values * np.float32(NGRAM_SCALE / norm) if norm else values
