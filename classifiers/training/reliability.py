"""How far probabilities are from what comes true: expected calibration error and its bins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifiers.training.fitting import PRIOR, row_weights

# Equal width, as Naeini, Cooper and Hauskrecht (2015) and Guo et al. (2017) have it. Bins of equal
# mass would all but one lie under a probability of 0.01, since one text in twenty sells.
BINS = 10
RESAMPLES = 1000
_SEED = 21

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Bin:
    """Rows whose probability lies from ``low`` to ``high``: how many, which share of the whole
    weight they are, the mean probability that was ``said``, and the share that ``came_true``."""

    low: float
    high: float
    rows: int
    weight: float
    said: float
    came_true: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """``error`` is the expected calibration error: the mean over rows, by weight, of how far what
    their bin said is from what came true in it; ``interval`` is its 95 % one. ``unweighted`` is the
    error of the same rows when each counts alike, in the mix that they happen to be."""

    rows: int
    selling: int
    error: float
    interval: tuple[float, float]
    bins: tuple[Bin, ...]
    unweighted: float

    @property
    def largest_gap(self) -> float:
        """The maximum calibration error (Naeini et al.): the widest gap of any bin."""
        return max(abs(one.said - one.came_true) for one in self.bins)

    def as_json(self) -> dict[str, object]:
        """For the card."""
        return {
            "rows": self.rows,
            "selling": self.selling,
            "error": round(self.error, 4),
            "error_ci95": [round(bound, 4) for bound in self.interval],
            "largest_gap": round(self.largest_gap, 4),
            "error_of_rows_as_they_are": round(self.unweighted, 4),
            "bins": [
                {"low": one.low, "high": one.high, "rows": one.rows,
                 "weight": round(one.weight, 5), "said": round(one.said, 4),
                 "came_true": round(one.came_true, 4)}
                for one in self.bins
            ],
        }  # fmt: skip


def mixed_weights(source: NDArray[np.str_], truth: Mask) -> Floats:
    """Weights of rows, sum 1: sources as in ``fitting.calibrate``, and PRIOR of the whole sells.

    Raises ValueError when ``truth`` is of one class, which can be no such mix.
    """
    if not truth.any() or truth.all():
        raise ValueError("a mix needs rows of both classes")
    weights = row_weights(source, truth, np.ones(len(truth), dtype=bool))
    for value, share in ((True, PRIOR), (False, 1 - PRIOR)):
        weights[truth == value] *= share / weights[truth == value].sum()
    return weights


def reliability(
    probabilities: Floats, truth: Mask, weights: Floats, *, resamples: int = RESAMPLES
) -> Reliability:
    """The reliability of ``probabilities`` of rows with ``weights``.

    The interval is the percentile one of a bootstrap over rows, seeded and stratified by class.
    The error of few rows is too high on average, and so is its interval: noise counts as a gap.
    """
    place = np.minimum((probabilities * BINS).astype(np.int64), BINS - 1)
    rng = np.random.default_rng(_SEED)
    sums = _sums(place, probabilities, truth, weights)
    drawn = [
        _error(_sums(place, probabilities, truth, weights * _times(truth, rng)))
        for _ in range(max(1, resamples))
    ]
    low, high = np.quantile(drawn, (0.025, 0.975))
    alike = _sums(place, probabilities, truth, np.ones(len(truth)))
    return Reliability(
        len(truth), int(truth.sum()), _error(sums), (float(low), float(high)),
        _bins(place, sums), _error(alike),
    )  # fmt: skip


def _sums(place: NDArray[np.int64], said: Floats, truth: Mask, weights: Floats) -> Floats:
    """By bin: weight, weight times probability, weight of what came true; shape (3, BINS)."""
    columns = (weights, weights * said, weights * truth)
    return np.stack([np.bincount(place, one, minlength=BINS) for one in columns])


def _error(sums: Floats) -> float:
    return float(np.abs(sums[1] - sums[2]).sum() / sums[0].sum())


def _times(truth: Mask, rng: np.random.Generator) -> Floats:
    """How often each row is drawn, as many of each class as there are."""
    times = np.zeros(len(truth))
    for value in (False, True):
        own = np.flatnonzero(truth == value)
        if len(own):
            times[own] = np.bincount(rng.integers(len(own), size=len(own)), minlength=len(own))
    return times


def _bins(place: NDArray[np.int64], sums: Floats) -> tuple[Bin, ...]:
    counts = np.bincount(place, minlength=BINS)
    total = sums[0].sum()
    return tuple(
        Bin(
            at / BINS, (at + 1) / BINS, int(counts[at]), float(sums[0, at] / total),
            float(sums[1, at] / sums[0, at]), float(sums[2, at] / sums[0, at]),
        )
        for at in range(BINS)
        if counts[at]
    )  # fmt: skip
