"""Rows of text as one sparse matrix, computed once for all folds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from classifiers.features import DIMENSIONS, NARROW, NGRAM_SCALE, Window, windows
from classifiers.language import language_of
from classifiers.ngrams import BUCKETS, grams
from classifiers.normalise import normalise
from classifiers.rows import Row
from classifiers.signals import find_marks, vector
from domain.assessment import Label
from domain.lexicon import Lexicon

_MAX_CHARS = 6000
_MAX_WINDOWS = 3
_MAX_NARROW = 5


@dataclass(frozen=True, slots=True)
class Matrix:
    """Counts of n-grams (characters, words) and signals by window; ``owner`` is the text.
    ``langs`` is the language of each text, told by letters as in use."""

    char: csr_matrix
    word: csr_matrix
    signals: csr_matrix
    owner: NDArray[np.int64]
    langs: NDArray[np.str_]


def build(
    rows: Sequence[Row], lexicon: Lexicon, tick: Callable[[int], None] = lambda n: None
) -> Matrix:
    """The matrix of ``rows``: the first windows of each text; ``tick`` hears of each row."""
    parts: tuple[_Part, _Part, _Part] = (_Part(), _Part(), _Part())
    owner: list[int] = []
    langs: list[str] = []
    for number, row in enumerate(rows):
        aligned = normalise(row.text[:_MAX_CHARS])
        found = find_marks(aligned, lexicon)
        langs.append(language_of(aligned.text))
        for window in _chosen(aligned.text, row.label is Label.DRUG_SALE):
            text = aligned.text[window.start : window.end]
            for part, kind in zip(parts, grams(text), strict=False):
                columns, counts = np.unique(kind.buckets, return_counts=True)
                part.add(columns, counts.astype(np.float64))
            signals = np.asarray(vector(found.within(window.start, window.end)))
            present = np.flatnonzero(signals)
            parts[2].add(present, signals[present])
            owner.append(number)
        tick(number)
    return Matrix(
        parts[0].matrix(BUCKETS), parts[1].matrix(BUCKETS),
        parts[2].matrix(DIMENSIONS - BUCKETS), np.asarray(owner), np.asarray(langs),
    )  # fmt: skip


def _chosen(text: str, sells: bool) -> list[Window]:
    """The windows learnt from: of a selling text the wide ones, for a narrow one may not sell."""
    found = windows(text)
    wide = [one for one in found if one.end - one.start > NARROW[0] or len(found) == 1]
    narrow = [] if sells else [one for one in found if one not in wide]
    return [*wide[:_MAX_WINDOWS], *narrow[:_MAX_NARROW]] or found[:1]


class _Part:
    def __init__(self) -> None:
        self._columns: list[NDArray[np.int32]] = []
        self._values: list[NDArray[np.float32]] = []

    def add(self, columns: NDArray[np.int64], values: NDArray[np.float64]) -> None:
        self._columns.append(columns.astype(np.int32))
        self._values.append(values.astype(np.float32))

    def matrix(self, width: int) -> csr_matrix:
        ends = np.cumsum([0, *map(len, self._columns)])
        flat = (np.concatenate(self._values), np.concatenate(self._columns), ends)
        return csr_matrix(flat, shape=(len(self._columns), width))


def inverse_frequency(matrix: Matrix, trained: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Smoothed idf over the windows ``trained``: ``ln((1 + n) / (1 + df)) + 1``.

    N-grams in fewer than 3 windows count for nothing.
    """
    count = int(trained.sum())
    seen = np.bincount(matrix.char[trained].indices, minlength=BUCKETS)
    seen += np.bincount(matrix.word[trained].indices, minlength=BUCKETS)
    idf = np.log((1 + count) / (1 + seen)) + 1
    idf[seen < 3] = 0
    return idf.astype(np.float16).astype(np.float32)


def weighted(matrix: Matrix, idf: NDArray[np.float32]) -> csr_matrix:
    """The rows as ``features.featurise`` gives them, stacked."""
    from scipy.sparse import hstack

    ngrams = _block(matrix.char, idf) + _block(matrix.word, idf)
    return csr_matrix(hstack([ngrams, matrix.signals], format="csr"), dtype=np.float32)


def _block(counts: csr_matrix, idf: NDArray[np.float32]) -> csr_matrix:
    values = (1 + np.log(counts.data)) * idf[counts.indices]
    norms = np.sqrt(np.add.reduceat(np.append(values**2, 0), counts.indptr[:-1]))
    norms[np.diff(counts.indptr) == 0] = 0
    scale = np.divide(NGRAM_SCALE, norms, out=np.zeros_like(norms), where=norms > 0)
    data = values * np.repeat(scale, np.diff(counts.indptr))
    return csr_matrix((data.astype(np.float32), counts.indices, counts.indptr), counts.shape)
