"""The fits: weighted logistic regressions, Platt's calibration, the threshold."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from classifiers.linear import Calibration, Head
from classifiers.training.corpus import Corpus

REGULARISATION = 1.0
# A row of a source with n rows of its class weighs n ** -0.5 of one that stands alone: large
# sources neither drown the small ones nor count as little as they.
_BALANCE = 0.5
_INNOCENT_SHARE = 2.0
# Probabilities are stated for a mix in which one text in twenty sells, as among what a crawl that
# follows shops brings home; for rarer shops they are too high.
PRIOR = 0.05
_MAX_ROUNDS = 300
_TOLERANCE = 1e-3

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


def row_weights(source: NDArray[np.str_], positive: Mask, mask: Mask) -> Floats:
    """One weight for each row under ``mask``, balanced by source and class, mean 1."""
    weights = np.zeros(len(source))
    for name in np.unique(source[mask]):
        for truth in (False, True):
            chosen = mask & (source == name) & (positive == truth)
            if count := int(chosen.sum()):
                weights[chosen] = count ** (_BALANCE - 1)
    for truth, share in ((True, 1.0), (False, _INNOCENT_SHARE)):
        chosen = mask & (positive == truth)
        total = weights[chosen].sum()
        if total:
            weights[chosen] *= share / total
    return weights / float(weights[mask].mean())


def fit_head(
    features: csr_matrix, owner: NDArray[np.int64], corpus: Corpus, positive: Mask, mask: Mask
) -> Head:
    """A head that tells ``positive`` rows from the rest, fitted on the rows under ``mask``."""
    weights = row_weights(corpus.source, positive, mask) * corpus.weight
    chosen = mask[owner]
    model = LogisticRegression(C=REGULARISATION, max_iter=_MAX_ROUNDS, tol=_TOLERANCE)
    model.fit(features[chosen], positive[owner][chosen], sample_weight=weights[owner][chosen])
    return Head(model.coef_[0].astype(np.float16), float(model.intercept_[0]))


def scores(head: Head, features: csr_matrix, owner: NDArray[np.int64], count: int) -> Floats:
    """The raw log-odds of each text: that of its strongest window."""
    best = np.full(count, -np.inf)
    np.maximum.at(best, owner, features @ head.weights.astype(np.float32) + head.intercept)
    return best


def calibrate(logits: Floats, truth: Mask, weights: Floats) -> Calibration:
    """Platt's line through left-out ``logits``, for a mix of which PRIOR sells."""
    weights = weights.copy()
    for value, share in ((True, PRIOR), (False, 1 - PRIOR)):
        weights[truth == value] *= share / weights[truth == value].sum()
    model = LogisticRegression(C=1e6, max_iter=1000)
    model.fit(logits[:, None], truth, sample_weight=weights * len(logits))
    return Calibration(float(model.coef_[0, 0]), float(model.intercept_[0]))


def threshold_at(logits: Floats, source: NDArray[np.str_], limit: float, least: int) -> float:
    """The lowest logit that keeps each large source of innocent rows at or under ``limit``.

    ``logits`` are left-out scores of innocent rows; sources with fewer than ``least`` rows have
    no say, since one row of them would decide.
    """
    needed = [-np.inf]
    for name in np.unique(source):
        own = np.sort(logits[source == name])[::-1]
        if len(own) >= least:
            allowed = int(limit * len(own))
            needed.append(float(np.nextafter(own[allowed], np.inf)))
    return max(needed)
