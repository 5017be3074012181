"""From left-out scores to calibration, threshold and figures."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from classifiers.calibration import Calibration
from classifiers.learning.decided import DECIDED
from classifiers.rows import UNTRAINED
from classifiers.stage import LinearStage
from classifiers.training import fitting
from classifiers.training.corpus import SHORT_MENUS, Corpus
from classifiers.training.leaving_out import LeftOut, Prepared
from classifiers.training.measures import Figures, figures
from classifiers.training.nested import limit
from classifiers.transformer.stage import TransformerStage

# The threshold keeps each large innocent source, left out of training, under this share of false
# positives. Three have no say, for their labels: web-form spam (grey pharmacies, which other
# sources label as sales: policy parts them, not the threshold), keyword tweets (advertisements
# among them are labelled as talk), and Agora (an innocent row there is told by the category of a
# drug market alone, and nobody read it). Nor have decided texts, which were chosen by their score,
# the bot texts and the untrained chat pool, on
# which the threshold is measured.
FALSE_POSITIVES = 0.002
SAY_FROM_ROWS = 900
NO_SAY = frozenset(
    {
        "agora2014",
        "staticman_popcorn_spam",
        "drug_keyword_tweets",
        "ru_drugshop_bot_texts",
        "ru_shopbot_texts_more",
        DECIDED,
    }
    | UNTRAINED
)
# Share of left-out texts that both stages call selling and the first alone would not pass on.
MISSED_BY_FIRST = 0.003


@dataclass(frozen=True, slots=True)
class Judged:
    """Left-out scores on the scale in use: ``left`` holds calibrated log-odds of the last stage
    that looks, ``cut`` the threshold on it; ``first_cut`` is the first stage's own, chosen by the
    same rule, and texts go on from ``passed_on`` upwards, both in its log-odds."""

    left: LeftOut
    calibrations: dict[str, Calibration]
    cut: float
    first_cut: float
    passed_on: float | None


def judged(ready: Prepared, left: LeftOut, second: NDArray[np.float64] | None) -> Judged:
    """Calibration and threshold from the left-out scores of the linear stage and, where there is
    one, the ``second``: raw log-odds of each row."""
    corpus = ready.corpus
    seen = corpus.original & corpus.trainable
    weights = fitting.row_weights(corpus.source, corpus.sells, seen)

    def through(scores: NDArray[np.float64]) -> tuple[Calibration, NDArray[np.float64]]:
        found = fitting.calibrate(
            scores[seen], corpus.sells[seen], weights[seen], ready.langs[seen]
        )
        return found, fitting.calibrated(found, scores, ready.langs)

    line, first = through(left.logits[:, None])
    calibrations = {LinearStage.name: line}
    alone = replace(left, logits=first)
    first_cut = _threshold(corpus, alone)
    if second is None:
        return Judged(alone, calibrations, first_cut, first_cut, None)
    both, joint = through(np.column_stack((left.logits, second)))
    calibrations[TransformerStage.name] = both
    cut = _threshold(corpus, replace(left, logits=joint))
    passed_on = limit(np.column_stack((first, joint))[seen], cut, MISSED_BY_FIRST)
    used = replace(left, logits=np.where(first >= passed_on, joint, first))
    return Judged(used, calibrations, cut, first_cut, passed_on)


def _threshold(corpus: Corpus, left: LeftOut) -> float:
    innocent = corpus.original & corpus.trainable & ~corpus.sells
    innocent &= ~np.isin(corpus.source, sorted(NO_SAY))
    return fitting.threshold_at(
        left.logits[innocent], corpus.source[innocent], FALSE_POSITIVES, SAY_FROM_ROWS
    )


def report(corpus: Corpus, left: LeftOut, cut: float) -> list[Figures]:
    """Figures by source and, where a source has several, by language; then the chat pool. The
    plain baseline stands beside them, at a threshold chosen by the same rule."""
    cuts = cut, _threshold(corpus, replace(left, logits=left.baseline))
    langs = np.array([row.lang for row in corpus.rows])
    found: list[Figures] = []
    for name in sorted({str(s) for s in corpus.source[corpus.original]}):
        chosen = corpus.original & (corpus.source == name)
        found.append(_figures(name, corpus, left, chosen, cuts))
        spoken = np.unique(langs[chosen])
        for lang in spoken if len(spoken) > 1 else ():
            found.append(_figures(f"{name} {lang}", corpus, left, chosen & (langs == lang), cuts))
    pool = corpus.original & np.isin(corpus.source, sorted(UNTRAINED))
    ads = corpus.original & np.isin(corpus.source, SHORT_MENUS) & corpus.sells
    found.append(_figures("chat pool", corpus, left, pool, cuts))
    found.append(_figures("bots and issue ads against the pool", corpus, left, pool | ads, cuts))
    return found


def _figures(
    name: str, corpus: Corpus, left: LeftOut, chosen: NDArray[np.bool_], cuts: tuple[float, float]
) -> Figures:
    return figures(
        name, left.logits[chosen], corpus.sells[chosen], cuts[0], left.baseline[chosen], cuts[1]
    )
