"""Calibration error: nothing when what is said comes true, and measured without a source's line."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="needs the extra train")
from hypothesis import given
from hypothesis import strategies as st

from classifiers.rows import Row
from classifiers.training.corpus import Corpus
from classifiers.training.fitting import PRIOR
from classifiers.training.nested import (
    Scores,
    calibration_figures,
    limit,
    nested,
    passing_figures,
)
from classifiers.training.reliability import mixed_weights, reliability
from domain.assessment import Label


def said(size: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities, and truths drawn from them."""
    rng = np.random.default_rng(seed)
    chances = rng.uniform(size=size)
    return chances, rng.uniform(size=size) < chances


def test_what_comes_true_as_said_has_no_error() -> None:
    chances, truth = said(20_000, 1)
    found = reliability(chances, truth, np.ones(20_000), resamples=50)
    assert found.error < 0.015
    assert len(found.bins) == 10
    assert sum(one.rows for one in found.bins) == 20_000
    assert sum(one.weight for one in found.bins) == pytest.approx(1)


def test_the_error_is_the_gap_and_its_interval_holds_it() -> None:
    chances, truth = said(20_000, 2)
    found = reliability(chances * 0.5, truth, np.ones(20_000), resamples=100)
    # Half of what is true is said: the gap is half of each chance, a quarter on average.
    assert found.error == pytest.approx(0.25, abs=0.02)
    assert found.interval[0] <= found.error <= found.interval[1]
    assert found.largest_gap > 0.4


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40))
def test_the_error_is_a_share_and_no_wider_than_the_largest_gap(
    rows: list[tuple[float, bool]],
) -> None:
    chances = np.array([chance for chance, _ in rows])
    truth = np.array([came for _, came in rows])
    found = reliability(chances, truth, np.ones(len(rows)), resamples=2)
    assert 0 <= found.error <= found.largest_gap + 1e-12 <= 1 + 1e-9
    for one in found.bins:
        assert one.low - 1e-9 <= one.said <= one.high + 1e-9


def test_weights_change_the_error_and_not_that_of_the_rows_as_they_are() -> None:
    chances, truth = np.array([0.05] * 4), np.array([True, False, False, False])
    found = reliability(chances, truth, mixed_weights(np.array(["a"] * 4), truth), resamples=2)
    assert found.error == pytest.approx(0)
    assert found.unweighted == pytest.approx(0.2)


def test_a_mix_sells_as_often_as_probabilities_are_stated_for() -> None:
    truth = np.arange(100) < 60
    weights = mixed_weights(np.array(["a"] * 50 + ["b"] * 50), truth)
    assert weights.sum() == pytest.approx(1)
    assert weights[truth].sum() == pytest.approx(PRIOR)
    with pytest.raises(ValueError, match="both classes"):
        mixed_weights(np.array(["a"]), np.array([True]))


def scores(shift: float, stages: int = 1) -> Scores:
    """Three sources of 400 rows, one of which scores ``shift`` higher than the others."""
    rng = np.random.default_rng(3)
    source = np.repeat(["first", "second", "shifted"], 400)
    truth = np.arange(1200) % 2 == 0
    raw = rng.normal(np.where(truth, 2.0, -2.0), 1.5) + np.where(source == "shifted", shift, 0)
    langs = np.repeat("ru", 1200)
    rows = tuple(
        Row("x", Label.DRUG_SALE if sells else Label.OTHER, "ru", str(name))
        for name, sells in zip(source, truth, strict=True)
    )
    every = np.ones(1200, dtype=bool)
    columns = [raw] + [raw + rng.normal(0, 0.5, 1200) for _ in range(stages - 1)]
    return Scores(
        Corpus(rows, source, truth, truth, every, every, np.ones(1200)), np.stack(columns, 1), langs
    )


def test_a_source_unlike_the_others_shows_its_error_when_left_out() -> None:
    alike, shifted = scores(0.0), scores(4.0)
    same = calibration_figures(alike, nested(alike, 0.0, 0.01))
    other = calibration_figures(shifted, nested(shifted, 0.0, 0.01))
    assert set(same) == {"all", "ru", "first", "second", "shifted"}
    assert same["shifted"].error < 0.03
    assert other["shifted"].error > 0.1


def test_a_row_of_a_source_has_no_say_in_the_line_that_it_is_measured_by() -> None:
    before = scores(0.0)
    own = before.corpus.source == "shifted"
    turned = replace(before.corpus, sells=np.where(own, ~before.corpus.sells, before.corpus.sells))
    after = replace(before, corpus=turned)
    assert np.array_equal(
        nested(before, 0.0, 0.01).logits[own], nested(after, 0.0, 0.01).logits[own]
    )


def test_what_the_first_stage_keeps_back_is_counted_by_a_limit_of_other_sources() -> None:
    two = scores(0.0, stages=2)
    found = nested(two, 0.0, 0.01)
    by_source = passing_figures(two, found)
    innocent, kept, wrongly = by_source["all"]
    assert wrongly.count == innocent.count
    assert 0 < wrongly.hits < wrongly.count
    assert kept.count > 300
    assert kept.share is not None
    assert kept.share > 0.97
    assert innocent.share is not None
    assert 0 < innocent.share < 0.7
    assert kept.count == sum(by_source[name][1].count for name in ("first", "second", "shifted"))
    assert passing_figures(scores(0.0), nested(scores(0.0), 0.0, 0.01)) == {}


def test_the_limit_loses_no_more_than_the_share_allowed() -> None:
    logits = np.column_stack((np.arange(1000.0), np.ones(1000)))
    assert (logits[:, 0] < limit(logits, 0.5, 0.003)).sum() == 3
    assert limit(logits, 2.0, 0.003) == -np.inf
