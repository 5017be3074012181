"""Average precision with an interval: how well selling texts are ranked above the others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1000
_SEED = 20

Floats = NDArray[np.float64]


def average_precision(scores: Floats, truth: NDArray[np.bool_]) -> float:
    """Area under the steps of precision over recall, equal scores as one step (as scikit-learn's
    ``average_precision_score``). Raises ValueError when ``truth`` is of one class."""
    selling, innocent = _steps(scores, truth)
    return _area(selling, innocent)


def interval(
    scores: Floats, truth: NDArray[np.bool_], *, resamples: int = RESAMPLES, seed: int = _SEED
) -> tuple[float, float]:
    """The 95 % percentile interval of average precision by a bootstrap stratified by class (Efron
    and Tibshirani, 1993, chapters 8 and 13): each resample draws as many selling rows and as many
    innocent ones as there are. Of a perfect ranking it has no width, however few the rows.

    Raises ValueError when ``truth`` is of one class.
    """
    selling, innocent = _steps(scores, truth)
    rng = np.random.default_rng(seed)
    drawn = [
        _area(_redrawn(selling, rng), _redrawn(innocent, rng)) for _ in range(max(1, resamples))
    ]
    low, high = np.quantile(drawn, (0.025, 0.975))
    return float(low), float(high)


def _steps(scores: Floats, truth: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """How many selling and how many innocent rows have each score, highest score first. Innocent
    rows under every selling one are one step: they change no precision that counts."""
    if not truth.any() or truth.all():
        raise ValueError("ranking needs rows of both classes")
    floored = np.where(
        truth, scores, np.maximum(scores, np.nextafter(scores[truth].min(), -np.inf))
    )
    _, step = np.unique(-floored, return_inverse=True)
    count = int(step.max()) + 1
    return (
        np.bincount(step[truth], minlength=count).astype(np.float64),
        np.bincount(step[~truth], minlength=count).astype(np.float64),
    )


def _redrawn(counts: Floats, rng: np.random.Generator) -> Floats:
    total = counts.sum()
    return rng.multinomial(int(total), counts / total).astype(np.float64)


def _area(selling: Floats, innocent: Floats) -> float:
    found, wrong = np.cumsum(selling), np.cumsum(innocent)
    over = found + wrong
    precision = np.divide(found, over, out=np.zeros_like(found), where=over > 0)
    return float((selling * precision).sum() / found[-1])
