"""The fits: weighted logistic regressions, Platt's calibration, the threshold."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, minimize
from scipy.sparse import csr_matrix
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from classifiers.calibration import ANY, Calibration, Line
from classifiers.features import DIMENSIONS
from classifiers.linear import Head
from classifiers.ngrams import BUCKETS
from classifiers.signals import directions
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
_MAX_DIRECTED_ROUNDS = 150
_DIRECTED_TOLERANCE = 1e-5
# A language with fewer left-out rows of either class than this shares the line of all.
_OWN_LINE_FROM = 100

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
    features: csr_matrix, owner: NDArray[np.int64], corpus: Corpus, positive: Mask, mask: Mask,
    *, directed: bool = False,
) -> Head:  # fmt: skip
    """A head that tells ``positive`` rows from the rest, fitted on the rows under ``mask``.

    ``directed``: signals keep the direction that ``classifiers.signals.directions`` gives them. A
    logistic regression whose collinear columns are free gives large weights of opposite signs to
    what says the same ("medical" for a sale, "several medical words" against it), which hold on
    the sources of the fit and nowhere else.
    """
    weights = (row_weights(corpus.source, positive, mask) * corpus.weight)[owner]
    chosen = mask[owner]
    rows, truth, weights = features[chosen], positive[owner][chosen], weights[chosen]
    if directed:
        return _directed(rows, truth, weights)
    model = LogisticRegression(C=REGULARISATION, max_iter=_MAX_ROUNDS, tol=_TOLERANCE)
    model.fit(rows, truth, sample_weight=weights)
    return Head(model.coef_[0].astype(np.float16), float(model.intercept_[0]))


def _directed(rows: csr_matrix, truth: Mask, weights: Floats) -> Head:
    """The same fit with bounds (L-BFGS-B; Byrd et al., 1995)."""
    signs = np.where(truth, 1.0, -1.0)
    columns = rows.T.tocsr()

    def loss(point: Floats) -> tuple[float, Floats]:
        margins = signs * (rows @ point[:-1] + point[-1])
        slope = -signs * weights * expit(-margins)
        pull = point[:-1] / REGULARISATION
        value = weights @ np.logaddexp(0, -margins) + point[:-1] @ pull / 2
        return float(value), np.append(columns @ slope + pull, slope.sum())

    found = minimize(
        loss, np.zeros(rows.shape[1] + 1), jac=True, method="L-BFGS-B", bounds=_bounds(),
        options={"maxiter": _MAX_DIRECTED_ROUNDS, "ftol": _DIRECTED_TOLERANCE},
    )  # fmt: skip
    return Head(found.x[:-1].astype(np.float16), float(found.x[-1]))


def _bounds() -> Bounds:
    low = np.full(DIMENSIONS + 1, -np.inf)
    high = np.full(DIMENSIONS + 1, np.inf)
    given = np.array(directions())
    low[BUCKETS:DIMENSIONS][given > 0] = 0
    high[BUCKETS:DIMENSIONS][given < 0] = 0
    return Bounds(low, high)


def scores(head: Head, features: csr_matrix, owner: NDArray[np.int64], count: int) -> Floats:
    """The raw log-odds of each text: that of its strongest window."""
    best = np.full(count, -np.inf)
    np.maximum.at(best, owner, features @ head.weights.astype(np.float32) + head.intercept)
    return best


def calibrate(scores: Floats, truth: Mask, weights: Floats, langs: NDArray[np.str_]) -> Calibration:
    """Platt's lines through left-out ``scores``, for a mix of which PRIOR sells.

    ``scores`` has one row of raw log-odds for each text, one column for each stage; ``langs`` is
    the language of each. A language has a line of its own when it has rows of both classes in
    plenty; all texts together give the line for the others.
    """
    lines = {ANY: _line(scores, truth, weights)}
    for lang in np.unique(langs):
        own = langs == lang
        if lang and min(int(truth[own].sum()), int((~truth[own]).sum())) >= _OWN_LINE_FROM:
            lines[str(lang)] = _line(scores[own], truth[own], weights[own])
    return Calibration(lines)


def _line(scores: Floats, truth: Mask, weights: Floats) -> Line:
    weights = weights.copy()
    for value, share in ((True, PRIOR), (False, 1 - PRIOR)):
        weights[truth == value] *= share / weights[truth == value].sum()
    model = LogisticRegression(C=1e6, max_iter=1000)
    model.fit(scores, truth, sample_weight=weights * len(scores))
    return Line(tuple(map(float, model.coef_[0])), float(model.intercept_[0]))


def calibrated(calibration: Calibration, scores: Floats, langs: NDArray[np.str_]) -> Floats:
    """Calibrated log-odds of ``scores``: rows of raw log-odds of texts in ``langs``."""
    found = np.empty(len(scores))
    for lang in np.unique(langs):
        line, own = calibration.line(str(lang)), langs == lang
        found[own] = scores[own] @ np.asarray(line.weights) + line.offset
    return found


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
