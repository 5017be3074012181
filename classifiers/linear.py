"""The fast stage: two linear heads over one row, in numpy alone.

``sale`` tells drug selling from all else; ``drug`` tells, of what is no sale, talk about drugs from
everything else.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp

import numpy as np
from numpy.typing import NDArray

from classifiers.features import DIMENSIONS, Row, featurise
from classifiers.ngrams import BUCKETS, grams
from classifiers.signals import NAMES, Mark, signals_of

Weights = NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class Head:
    """One weight for each column, and the intercept."""

    weights: Weights
    intercept: float

    def logit(self, row: Row) -> float:
        """The raw score of ``row`` on the log-odds scale, before calibration."""
        return float(self.weights[row.columns].astype(np.float32) @ row.values) + self.intercept


@dataclass(frozen=True, slots=True)
class Contribution:
    """Characters of the normalised text and what they add to the log-odds of selling."""

    start: int
    end: int
    kind: str
    weight: float
    note: str


@dataclass(frozen=True, slots=True)
class LinearModel:
    """Both heads and the inverse document frequencies."""

    idf: NDArray[np.float32]
    sale: Head
    drug: Head

    def row(self, text: str, marks: list[Mark]) -> Row:
        """The row of one window of normalised text."""
        return featurise(text, marks, self.idf)

    def explain(
        self, text: str, start: int, marks: list[Mark], row: Row, scale: float = 1.0
    ) -> list[Contribution]:
        """What marks and words of the window that begins at ``start`` add, times ``scale``,
        strongest first."""
        found = [*self._of_marks(marks, row, scale), *self._of_words(text, start, row, scale)]
        return sorted(found, key=lambda one: -abs(one.weight))

    def _of_marks(self, marks: list[Mark], row: Row, scale: float) -> list[Contribution]:
        """Each signal's weight shared equally by the marks that raised it."""
        shares: dict[str, float] = {}
        counts: dict[str, int] = {}
        for mark in marks:
            counts[mark.signal] = counts.get(mark.signal, 0) + 1
        counts["price"] = counts.get("price", 0) + counts.get("priced_amount", 0)
        dense = row.columns >= BUCKETS
        columns, values = row.columns[dense], row.values[dense]
        added = self.sale.weights[columns].astype(np.float32) * values * np.float32(scale)
        for column, weight in zip(columns - BUCKETS, added, strict=True):
            signals = signals_of(int(column))
            raised = sum(counts.get(signal, 0) for signal in signals)
            for signal in signals if raised else ():
                shares[signal] = shares.get(signal, 0.0) + float(weight) / raised
        return [
            Contribution(m.start, m.end, m.signal, shares.get(m.signal, 0.0), m.note) for m in marks
        ]

    def _of_words(self, text: str, start: int, row: Row, scale: float) -> list[Contribution]:
        """The weight of n-grams laid on the characters they cover, summed by word."""
        laid = np.zeros(len(text) + 1, dtype=np.float64)
        block = 0
        for kind in grams(text):
            if not len(kind.buckets):
                continue
            # The row has the distinct buckets of each kind in a block, in their order.
            buckets, back, times = np.unique(kind.buckets, return_inverse=True, return_counts=True)
            values = row.values[block : block + len(buckets)]
            block += len(buckets)
            shares = self.sale.weights[buckets].astype(np.float64) * values / times
            weights = scale * shares[back]
            starts, ends = np.maximum(kind.starts, 0), np.minimum(kind.ends, len(text))
            each = weights / np.maximum(ends - starts, 1)
            np.add.at(laid, starts, each)
            np.add.at(laid, ends, -each)
        total = np.concatenate(([0.0], np.cumsum(np.cumsum(laid)[:-1]))).tolist()
        return [
            Contribution(start + a, start + b, "ngram", weight, "")
            for a, b in _words(text)
            if (weight := total[b] - total[a])
        ]


def _words(text: str) -> list[tuple[int, int]]:
    spans, begin = [], -1
    for at, char in enumerate(text):
        if char.isalnum():
            begin = at if begin < 0 else begin
        elif begin >= 0:
            spans.append((begin, at))
            begin = -1
    return [*spans, (begin, len(text))] if begin >= 0 else spans


def sigmoid(logit: float) -> float:
    """The probability of ``logit``, safe for any size."""
    return 1 / (1 + exp(-logit)) if logit >= 0 else exp(logit) / (1 + exp(logit))


def check_shape(model: LinearModel) -> None:
    """Raise ValueError unless every array has the size that this code computes rows for."""
    if model.idf.shape != (BUCKETS,):
        raise ValueError(f"idf has shape {model.idf.shape}, not ({BUCKETS},)")
    for name, head in (("sale", model.sale), ("drug", model.drug)):
        if head.weights.shape != (DIMENSIONS,):
            expected = f"{BUCKETS} n-gram and {len(NAMES)} signal"
            raise ValueError(f"{name} has shape {head.weights.shape}, not {expected} columns")
