"""The figures that are reported: average precision, shares, both with intervals at 95 %."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifiers import ranking
from classifiers.rates import Rate


@dataclass(frozen=True, slots=True)
class Figures:
    """What one source or language shows; average precision (with its interval, see ``ranking``)
    needs both classes. ``baseline`` is the plain baseline's; its recall and false positives are
    there where it has a threshold of its own, chosen as the model's is."""

    name: str
    recall: Rate
    false_positives: Rate
    average_precision: float | None
    baseline: float | None = None
    precision_interval: tuple[float, float] | None = None
    baseline_recall: Rate | None = None
    baseline_false_positives: Rate | None = None

    def as_json(self) -> dict[str, object]:
        """For the card."""
        return {
            "recall": self.recall.as_json(),
            "false_positives": self.false_positives.as_json(),
            "average_precision": _rounded(self.average_precision),
            "average_precision_ci95": self.precision_interval
            and [round(bound, 4) for bound in self.precision_interval],
            "baseline_average_precision": _rounded(self.baseline),
            "baseline_recall": self.baseline_recall and self.baseline_recall.as_json(),
            "baseline_false_positives": self.baseline_false_positives
            and self.baseline_false_positives.as_json(),
        }


def figures(
    name: str,
    logits: NDArray[np.float64],
    truth: NDArray[np.bool_],
    threshold: float,
    baseline: NDArray[np.float64] | None = None,
    baseline_threshold: float | None = None,
) -> Figures:
    """The figures of rows with left-out ``logits`` at ``threshold`` (on the same scale), beside
    those of ``baseline`` scores at ``baseline_threshold``."""
    both = bool(truth.any() and not truth.all())
    return Figures(
        name,
        *_rates(logits, truth, threshold),
        ranking.average_precision(logits, truth) if both else None,
        ranking.average_precision(baseline, truth) if both and baseline is not None else None,
        ranking.interval(logits, truth) if both else None,
        *((None, None) if baseline is None or baseline_threshold is None
          else _rates(baseline, truth, baseline_threshold)),
    )  # fmt: skip


def _rates(
    scores: NDArray[np.float64], truth: NDArray[np.bool_], threshold: float
) -> tuple[Rate, Rate]:
    over = scores >= threshold
    return (
        Rate(int((over & truth).sum()), int(truth.sum())),
        Rate(int((over & ~truth).sum()), int((~truth).sum())),
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
