"""The figures that are reported: average precision, shares with Wilson intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

from classifiers.rates import Rate


@dataclass(frozen=True, slots=True)
class Figures:
    """What one source or language shows; average precision needs both classes."""

    name: str
    recall: Rate
    false_positives: Rate
    average_precision: float | None
    baseline: float | None = None

    def as_json(self) -> dict[str, object]:
        """For the card."""
        return {
            "recall": self.recall.as_json(),
            "false_positives": self.false_positives.as_json(),
            "average_precision": _rounded(self.average_precision),
            "baseline_average_precision": _rounded(self.baseline),
        }


def figures(
    name: str,
    logits: NDArray[np.float64],
    truth: NDArray[np.bool_],
    threshold: float,
    baseline: NDArray[np.float64] | None = None,
) -> Figures:
    """The figures of rows with left-out ``logits`` at ``threshold`` (on the same scale)."""
    over = logits >= threshold
    both = bool(truth.any() and not truth.all())
    return Figures(
        name,
        Rate(int((over & truth).sum()), int(truth.sum())),
        Rate(int((over & ~truth).sum()), int((~truth).sum())),
        float(average_precision_score(truth, logits)) if both else None,
        float(average_precision_score(truth, baseline)) if both and baseline is not None else None,
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
