"""Bands follow from costs: a look is worth it where a miss is expected to cost more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.bands import PLAIN, Costs, ReviewBand, costs_for

minutes = st.floats(0.1, 10_000)


@given(st.floats(0, 1), minutes, minutes)
def test_a_case_is_looked_at_where_a_miss_costs_more_than_a_look(
    chance: float, look: float, missed: float
) -> None:
    looked = Costs(look, missed).band(chance, 0.9) is not ReviewBand.LEAVE
    if abs(chance * missed - look) > 1e-6 * look:
        assert looked == (chance * missed > look or chance == 1)


@given(st.floats(0, 1), st.floats(0.01, 1))
def test_without_costs_the_threshold_alone_decides(chance: float, threshold: float) -> None:
    expected = ReviewBand.WHEN_TIME if chance >= threshold else ReviewBand.LEAVE
    assert PLAIN.band(chance, threshold) is expected
    assert Costs(look=25.0).band(chance, threshold) is expected


@given(st.floats(0, 1), st.floats(0, 1), minutes, minutes, st.floats(0, 1))
def test_a_likelier_shop_never_comes_later(
    one: float, other: float, look: float, missed: float, share: float
) -> None:
    costs = Costs(look, missed, late=max(0.01, share * missed))
    low, high = sorted((one, other))
    assert costs.band(low, 0.5) <= costs.band(high, 0.5)


def test_what_is_found_late_costs_less_than_what_is_missed_and_comes_first_where_it_pays() -> None:
    costs = Costs(look=10, missed=200, late=25)
    assert costs.cuts(0.9) == (0.05, 0.4)
    assert costs.band(0.04, 0.9) is ReviewBand.LEAVE
    assert costs.band(0.05, 0.9) is ReviewBand.WHEN_TIME
    assert costs.band(0.4, 0.9) is ReviewBand.FIRST


@pytest.mark.parametrize(
    ("lang", "kind", "look"),
    [("kk", "channel", 4), ("ru", "channel", 3), ("kk", "site", 2), ("ru", "site", 1)],
)
def test_the_row_that_names_most_holds(lang: str, kind: str, look: float) -> None:
    rows = (
        Costs(1), Costs(2, lang="kk"), Costs(3, kind="channel"),
        Costs(4, lang="kk", kind="channel"),
    )  # fmt: skip
    assert costs_for(rows, lang, kind).look == look
    assert costs_for((), lang, kind) is PLAIN
