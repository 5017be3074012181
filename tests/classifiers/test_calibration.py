"""From raw scores to probabilities: each language by its line, and the same after a round trip."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.calibration import ANY, Calibration, Line

numbers = st.floats(-50, 50)


def lines(scores: int) -> st.SearchStrategy[Line]:
    weights = st.lists(numbers, min_size=scores, max_size=scores).map(tuple)
    return st.builds(Line, weights, numbers)


@given(st.data(), st.integers(1, 3))
def test_what_is_stored_comes_back(data: st.DataObject, scores: int) -> None:
    langs = st.dictionaries(st.sampled_from(["ru", "kk", "en"]), lines(scores))
    given = Calibration({**data.draw(langs), ANY: data.draw(lines(scores))})
    stored = json.loads(json.dumps(given.as_json()))
    assert Calibration.from_json(stored, scores) == given


def test_a_language_without_a_line_goes_by_that_of_all() -> None:
    own, all_ = Line((2.0,), 1.0), Line((1.0,), 0.0)
    found = Calibration({"ru": own, ANY: all_})
    assert found.line("ru").apply([3.0]) == 7.0
    assert found.line("kk").apply([3.0]) == found.line("").apply([3.0]) == 3.0


@given(lines(2), st.lists(numbers, max_size=4).filter(lambda raw: len(raw) != 2))
def test_another_number_of_scores_is_refused(line: Line, raw: list[float]) -> None:
    with pytest.raises(ValueError, match="zip"):
        line.apply(raw)


GOOD = {"weights": [1.0], "offset": 0.5}


@pytest.mark.parametrize(
    ("stored", "error", "said"),
    [
        ({}, ValueError, "no line for languages"),
        ({"ru": GOOD}, ValueError, "no line for languages"),
        ({"": {"weights": [1.0, 2.0], "offset": 0}}, ValueError, "not for 1 scores"),
        ({"": GOOD, "ru": {"weights": [], "offset": 0}}, ValueError, "not for 1 scores"),
        ({"": {"weights": [1.0]}}, KeyError, "offset"),
        ({"": {"weights": ["a"], "offset": 0}}, ValueError, "could not convert"),
    ],
)
def test_other_shapes_are_refused(
    stored: dict[str, Any], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        Calibration.from_json(stored, 1)
