"""The figures that are reported: average precision, shares with Wilson intervals."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

_Z = 1.959964  # two-sided 95 %


@dataclass(frozen=True, slots=True)
class Rate:
    """``hits`` of ``count``, with the Wilson interval at 95 % (Wilson, 1927)."""

    hits: int
    count: int

    @property
    def share(self) -> float | None:
        """The share; None of nothing."""
        return self.hits / self.count if self.count else None

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper bound of the share."""
        if not self.count:
            return 0.0, 1.0
        share, z2 = self.hits / self.count, _Z * _Z
        centre = share + z2 / (2 * self.count)
        spread = _Z * sqrt(share * (1 - share) / self.count + z2 / (4 * self.count**2))
        scale = 1 + z2 / self.count
        return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)

    def as_json(self) -> dict[str, float | int | list[float] | None]:
        """For the card."""
        share = None if self.share is None else round(self.share, 5)
        return {"hits": self.hits, "count": self.count, "share": share,
                "wilson95": [round(bound, 5) for bound in self.interval]}  # fmt: skip


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
