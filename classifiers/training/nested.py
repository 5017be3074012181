"""Left-out figures of what is fitted on left-out scores: each source by lines without it.

Calibration and the first stage's limit are chosen from scores that no model gave its own source.
Measured on the same rows they would still look better than they are: so for each fold both are
chosen again from all other sources.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifiers.linear import sigmoid
from classifiers.rates import Rate
from classifiers.training import fitting
from classifiers.training.corpus import Corpus
from classifiers.training.lines import calibrated_lines, threshold
from classifiers.training.reliability import Reliability, mixed_weights, reliability

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
# A language or source with fewer rows of either class than this says nothing of calibration.
_LEAST = 100


@dataclass(frozen=True, slots=True)
class Scores:
    """Left-out raw log-odds of a corpus's rows: ``raw`` has one column for each stage, ``langs``
    the language by letters of each row, which chooses its line."""

    corpus: Corpus
    raw: Floats
    langs: NDArray[np.str_]

    @property
    def seen(self) -> Mask:
        """Rows of the pack that a shipped model is trained on."""
        return self.corpus.original & self.corpus.trainable


@dataclass(frozen=True, slots=True)
class Nested:
    """Calibrated log-odds after each stage, shape as ``Scores.raw``, nan for rows not ``seen``;
    ``passed_on`` is the first stage's limit for each row, minus infinity with one stage, ``cut``
    its threshold on the last stage: both chosen without the row's fold."""

    logits: Floats
    passed_on: Floats
    cut: Floats

    @property
    def used(self) -> Floats:
        """Log-odds of the stage that decides, as a cascade would give them."""
        first, last = self.logits[:, 0], self.logits[:, -1]
        return np.where(first >= self.passed_on, last, first)


def nested(scores: Scores, cut: float, missed: float) -> Nested:
    """Every trainable row of the pack by lines, threshold and limit chosen without its fold.

    ``cut``, in calibrated log-odds, is the threshold where no source left has a say in it; of what
    the last stage puts above the threshold, at most the share ``missed`` lies under the first
    stage's limit on the rows that it is chosen from.
    """
    corpus, seen = scores.corpus, scores.seen
    logits = np.full(scores.raw.shape, np.nan)
    passed_on, cuts = np.full(len(seen), -np.inf), np.full(len(seen), cut)
    for _, group in corpus.folds():
        out = seen & np.isin(corpus.source, sorted(group))
        rest = seen & ~out
        if not corpus.sells[rest].any() or corpus.sells[rest].all():
            continue  # nothing to fit a line on
        both = _through(scores, rest, rest | out)
        logits[out] = both[out]
        own = threshold(corpus, both[:, -1], rest)
        cuts[out] = own if np.isfinite(own) else cut
        if scores.raw.shape[1] > 1:
            passed_on[out] = limit(both[rest], own if np.isfinite(own) else cut, missed)
    return Nested(logits, passed_on, cuts)


def limit(logits: Floats, cut: float, missed: float) -> float:
    """The first stage's log-odds under which at most the share ``missed`` lies of what the last
    stage puts at or above ``cut``; minus infinity when it puts nothing there."""
    found = np.sort(logits[logits[:, -1] >= cut, 0])
    return float(found[int(missed * len(found))]) if len(found) else -np.inf


def _through(scores: Scores, fitted: Mask, asked: Mask) -> Floats:
    corpus = scores.corpus
    found = np.full(scores.raw.shape, np.nan)
    for stage in range(scores.raw.shape[1]):
        columns = scores.raw[:, : stage + 1]
        lines = calibrated_lines(corpus, columns, scores.langs, fitted)
        found[asked, stage] = fitting.calibrated(lines, columns[asked], scores.langs[asked])
    return found


def calibration_figures(scores: Scores, found: Nested) -> dict[str, Reliability]:
    """Reliability by language, then by source, for a mix of which PRIOR sells; groups with few
    rows of either class are left out."""
    corpus = scores.corpus
    there = scores.seen & ~np.isnan(found.used)
    chances = np.array([sigmoid(one) for one in np.nan_to_num(found.used)])
    langs = [(str(one), there & (scores.langs == one)) for one in np.unique(scores.langs[there])]
    sources = [(str(o), there & (corpus.source == o)) for o in np.unique(corpus.source[there])]
    measured: dict[str, Reliability] = {}
    for name, own in [("all", there), *langs, *sources]:
        sells = corpus.sells[own]
        if name and min(int(sells.sum()), int((~sells).sum())) >= _LEAST:
            weights = mixed_weights(corpus.source[own], sells)
            measured[name] = reliability(chances[own], sells, weights)
    return measured


def passing_figures(scores: Scores, found: Nested) -> dict[str, tuple[Rate, Rate, Rate]]:
    """By source and for all: of innocent rows those passed on, of rows that the last stage calls
    selling those that the first passes on, and of innocent rows those that both stages call
    selling. Empty with one stage."""
    if scores.raw.shape[1] < 2:
        return {}
    corpus = scores.corpus
    there = scores.seen & ~np.isnan(found.used)
    passed = found.logits[:, 0] >= found.passed_on
    called = found.logits[:, -1] >= found.cut
    sources = [(str(o), there & (corpus.source == o)) for o in np.unique(corpus.source[there])]
    return {
        name: (
            rate(passed, own & ~corpus.sells),
            rate(passed, own & called),
            rate(found.used >= found.cut, own & ~corpus.sells),
        )
        for name, own in [("all", there), *sources]
    }


def rate(hits: Mask, among: Mask) -> Rate:
    """How many of the rows under ``among`` are ``hits``."""
    return Rate(int((hits & among).sum()), int(among.sum()))
