"""Average precision without scikit-learn, which scoring installations do not have."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def average_precision(truth: Sequence[bool], scores: Sequence[float]) -> float | None:
    """The sum over thresholds of precision times the gain in recall, ties counted as one threshold
    (as scikit-learn defines it). None unless there are rows of both classes."""
    positive = np.asarray(truth, dtype=bool)
    if not positive.any() or positive.all():
        return None
    order = np.argsort(-np.asarray(scores, dtype=np.float64), kind="stable")
    ordered = np.asarray(scores, dtype=np.float64)[order]
    last = np.append(np.flatnonzero(np.diff(ordered)), len(ordered) - 1)
    hits = np.cumsum(positive[order])[last]
    gained = np.diff(hits, prepend=0) / positive.sum()
    return float(np.sum(gained * hits / (last + 1)))
