"""One threshold for all languages: none of them has it set by another's innocents."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="needs the extra train")

from classifiers.calibration import ANY, Calibration, Line
from classifiers.training import lines
from classifiers.training.corpus import Corpus
from classifiers.training.lines import calibrated_lines, levelled, threshold

RNG = np.random.default_rng(3)


def corpus_of(*sources: tuple[str, str, int, bool]) -> tuple[Corpus, np.ndarray]:
    """Rows of (name, language, how many, selling), and their languages."""
    source = np.array([name for name, _, count, _ in sources for _ in range(count)])
    langs = np.array([lang for _, lang, count, _ in sources for _ in range(count)])
    sells = np.array([sale for _, _, count, sale in sources for _ in range(count)])
    every, none = np.ones(len(source), bool), np.zeros(len(source), bool)
    corpus = Corpus((), source, sells, none, every, every, np.ones(len(source)))
    return corpus, langs


def calibration(**offsets: float) -> Calibration:
    named = {lang or ANY: Line((1.0,), offset) for lang, offset in offsets.items()}
    return Calibration({ANY: Line((1.0,), 0.0), **named})


def test_the_language_that_needs_more_is_lowered_and_no_other() -> None:
    found = levelled(calibration(ru=-1.0, en=-2.0), {"ru": 0.5, "en": 2.0})
    assert {lang: line.offset for lang, line in found.lines.items()} == {
        ANY: 0.0,
        "ru": -1.0,
        "en": -3.5,
    }
    alone = calibration(en=-2.0)
    assert levelled(alone, {"en": 2.0}) == alone
    assert levelled(alone, {}) == alone


def test_after_levelling_every_language_keeps_the_limit_at_one_threshold(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("classifiers.training.fitting._OWN_LINE_FROM", 50)
    corpus, langs = corpus_of(
        ("news", "ru", 2_000, False), ("shops", "ru", 200, True),
        ("strains", "en", 2_000, False), ("market", "en", 200, True),
    )  # fmt: skip
    centre = np.where(corpus.sells, 0.5, -3.0)
    spread = np.where(corpus.source == "strains", 2.0, 0.7)  # its tail reaches far
    scores = (centre + spread * RNG.standard_normal(len(centre)))[:, None]
    every = np.ones(len(langs), bool)
    found = calibrated_lines(corpus, scores, langs, every)
    logits = lines.fitting.calibrated(found, scores, langs)
    needs = [threshold(corpus, logits, langs == lang) for lang in ("ru", "en")]
    assert needs[0] == pytest.approx(needs[1])
    cut = threshold(corpus, logits)
    for name in ("news", "strains"):
        own = corpus.source == name
        assert (logits[own] >= cut).mean() <= lines.FALSE_POSITIVES
    plain = lines.fitting.calibrate(scores, corpus.sells, np.ones(len(langs)), langs)
    unlevelled = lines.fitting.calibrated(plain, scores, langs)
    before = (unlevelled >= threshold(corpus, unlevelled))[corpus.source == "shops"].mean()
    assert (logits >= cut)[corpus.source == "shops"].mean() > before


def test_small_sources_and_those_without_a_say_set_no_threshold() -> None:
    corpus, _ = corpus_of(
        ("few", "ru", lines.SAY_FROM_ROWS - 1, False), ("agora2014", "en", 2_000, False)
    )
    assert threshold(corpus, np.zeros(len(corpus.source))) == -np.inf
