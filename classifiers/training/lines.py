"""From left-out scores to one probability and one threshold.

Each language has its line (Platt). What a line leaves is how far the innocent rows of a language
reach above the bulk of it: in English, descriptions of goods reach higher than any Russian news.
At one threshold for all, the language whose innocents reach highest would set it for every other
one. So the lines of the languages that have one of their own are levelled: each is lowered until
its own innocent sources need no higher threshold than those of the language that needs the lowest.
That is a threshold for each language, written into its offset: probabilities of the lowered one say
less than its rows would bear out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from classifiers.calibration import ANY, Calibration
from classifiers.learning.decided import DECIDED
from classifiers.rows import UNTRAINED
from classifiers.training import fitting
from classifiers.training.corpus import Corpus

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

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


def threshold(corpus: Corpus, logits: Floats, among: Mask | None = None) -> float:
    """The lowest threshold that every innocent source with a say keeps, of the rows under ``among``
    (default: all); minus infinity where none has one."""
    asked = _with_say(corpus) if among is None else _with_say(corpus) & among
    return fitting.threshold_at(logits[asked], corpus.source[asked], FALSE_POSITIVES, SAY_FROM_ROWS)


def calibrated_lines(
    corpus: Corpus, scores: Floats, langs: NDArray[np.str_], fitted: Mask
) -> Calibration:
    """The lines of all languages from the rows under ``fitted``, levelled. ``scores`` has one row
    of raw log-odds for each text, one column for each stage."""
    weights = fitting.row_weights(corpus.source, corpus.sells, fitted)[fitted]
    found = fitting.calibrate(scores[fitted], corpus.sells[fitted], weights, langs[fitted])
    logits = np.full(len(fitted), np.nan)
    logits[fitted] = fitting.calibrated(found, scores[fitted], langs[fitted])
    needs = {
        lang: threshold(corpus, logits, fitted & (langs == lang))
        for lang in found.lines
        if lang != ANY
    }
    return levelled(found, needs)


def levelled(found: Calibration, needs: Mapping[str, float]) -> Calibration:
    """``found`` with the line of each language lowered to the lowest of ``needs``, the threshold
    that the language's own innocent sources need, in calibrated log-odds; a need that is no finite
    number is none."""
    needs = {lang: need for lang, need in needs.items() if np.isfinite(need)}
    lowest = min(needs.values(), default=0.0)
    return Calibration(
        {
            lang: replace(line, offset=line.offset - (needs.get(lang, lowest) - lowest))
            for lang, line in found.lines.items()
        }
    )


def _with_say(corpus: Corpus) -> Mask:
    innocent = corpus.original & corpus.trainable & ~corpus.sells
    return innocent & ~np.isin(corpus.source, sorted(NO_SAY))
