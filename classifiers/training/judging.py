"""From left-out scores to calibration, threshold and figures."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from classifiers.calibration import Calibration
from classifiers.rows import UNTRAINED
from classifiers.stage import LinearStage
from classifiers.training import fitting
from classifiers.training.corpus import SHORT_MENUS, Corpus
from classifiers.training.leaving_out import LeftOut, Prepared
from classifiers.training.lines import calibrated_lines, threshold
from classifiers.training.measures import Figures, figures
from classifiers.training.nested import limit
from classifiers.transformer.stage import TransformerStage

# Share of left-out texts that both stages call selling and the first alone would not pass on; of
# sources that the limit was not chosen on it misses more, see "passing" in the card.
MISSED_BY_FIRST = 0.001


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

    def through(scores: NDArray[np.float64]) -> tuple[Calibration, NDArray[np.float64]]:
        found = calibrated_lines(corpus, scores, ready.langs, seen)
        return found, fitting.calibrated(found, scores, ready.langs)

    line, first = through(left.logits[:, None])
    calibrations = {LinearStage.name: line}
    alone = replace(left, logits=first)
    first_cut = threshold(corpus, first)
    if second is None:
        return Judged(alone, calibrations, first_cut, first_cut, None)
    both, joint = through(np.column_stack((left.logits, second)))
    calibrations[TransformerStage.name] = both
    cut = threshold(corpus, joint)
    passed_on = limit(np.column_stack((first, joint))[seen], cut, MISSED_BY_FIRST)
    used = replace(left, logits=np.where(first >= passed_on, joint, first))
    return Judged(used, calibrations, cut, first_cut, passed_on)


def report(corpus: Corpus, left: LeftOut, cut: float) -> list[Figures]:
    """Figures by source and, where a source has several, by language; then the chat pool. The
    plain baseline stands beside them, at a threshold chosen by the same rule."""
    cuts = cut, threshold(corpus, left.baseline)
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
