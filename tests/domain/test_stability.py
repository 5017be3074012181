"""The population stability index: nothing for the same shares, more the further they are."""

from __future__ import annotations

from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.stability import stability_index

COUNTS = st.lists(st.integers(0, 10_000), min_size=4, max_size=4)


@given(COUNTS, COUNTS)
def test_it_is_symmetric_and_never_negative(one: list[int], other: list[int]) -> None:
    assert stability_index(one, other) == pytest.approx(stability_index(other, one))
    assert stability_index(one, other) >= 0


@given(COUNTS)
def test_the_same_counts_have_not_moved(counts: list[int]) -> None:
    assert stability_index(counts, counts) == 0


def test_a_shift_has_the_value_of_the_formula() -> None:
    found = stability_index([500_000, 500_000], [800_000, 200_000])
    assert found == pytest.approx(0.3 * log(0.8 / 0.5) - 0.3 * log(0.2 / 0.5), abs=1e-4)


def test_other_bins_are_refused() -> None:
    with pytest.raises(ValueError, match="3 bins"):
        stability_index([1, 2, 3], [1, 2])
