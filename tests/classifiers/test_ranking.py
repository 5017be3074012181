"""Average precision is scikit-learn's, and its interval says what resampling would show."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("sklearn", reason="needs the extra train")
from sklearn.metrics import average_precision_score

from classifiers.ranking import average_precision, interval


@given(
    st.lists(st.tuples(st.integers(-5, 5), st.booleans()), min_size=2, max_size=60).filter(
        lambda rows: len({truth for _, truth in rows}) == 2
    )
)
def test_it_is_what_scikit_learn_calls_average_precision(rows: list[tuple[int, bool]]) -> None:
    scores = np.array([float(score) for score, _ in rows])
    truth = np.array([sells for _, sells in rows])
    expected = average_precision_score(truth, scores)
    assert average_precision(scores, truth) == pytest.approx(expected)


def test_the_interval_holds_the_figure_is_seeded_and_narrows_with_rows() -> None:
    rng = np.random.default_rng(1)
    truth = np.arange(2000) % 4 == 0
    scores = rng.normal(np.where(truth, 1.0, 0.0), 1.0)
    low, high = interval(scores, truth)
    assert low < average_precision(scores, truth) < high
    assert interval(scores, truth) == (low, high)
    few = interval(scores[:100], truth[:100])
    assert few[1] - few[0] > 2 * (high - low)


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(2)
    truth = np.arange(200) < 50

    def drawn() -> np.ndarray:
        return rng.normal(np.where(truth, 1.0, 0.0), 1.0)

    real = float(np.mean([average_precision(drawn(), truth) for _ in range(2000)]))
    bounds = [interval(drawn(), truth, resamples=200) for _ in range(150)]
    assert 0.85 <= np.mean([low <= real <= high for low, high in bounds]) <= 1.0


def test_one_class_has_no_ranking() -> None:
    with pytest.raises(ValueError, match="both classes"):
        average_precision(np.zeros(3), np.ones(3, dtype=bool))
