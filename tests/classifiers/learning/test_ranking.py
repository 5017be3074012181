"""Our average precision is scikit-learn's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.learning.ranking import average_precision

metrics = pytest.importorskip("sklearn.metrics", reason="needs the extra train")
ROWS = st.lists(st.tuples(st.booleans(), st.sampled_from([0.0, 0.1, 0.5, 0.9, 1.0])), min_size=2)


@given(ROWS)
def test_it_is_the_average_precision_of_scikit_learn(rows: list[tuple[bool, float]]) -> None:
    truth, scores = [one for one, _ in rows], [one for _, one in rows]
    found = average_precision(truth, scores)
    if len({*truth}) < 2:
        assert found is None
    else:
        assert found == pytest.approx(metrics.average_precision_score(truth, scores))
