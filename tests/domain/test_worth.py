"""What is worth more comes first, whatever else is equal."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.worth import worth

shares = st.floats(0, 1)
reaches = st.integers(0, 10**7)
ages = st.timedeltas(timedelta(), timedelta(days=1000))
families = st.integers(1, 500)


@given(shares, shares, reaches, ages, families, st.booleans())
def test_of_two_alike_the_likelier_comes_first(
    one: float, other: float, reach: int, age: timedelta, family: int, lapsed: bool
) -> None:
    rest = {"reach": reach, "unseen_for": age, "family": family, "lapsed": lapsed}
    assert (worth(one, **rest) >= worth(other, **rest)) or one < other


@given(shares, reaches, reaches)
def test_more_readers_are_never_worth_less(share: float, one: int, other: int) -> None:
    less, more = sorted((one, other))
    assert worth(share, reach=less) <= worth(share, reach=more)


@given(shares, ages, ages)
def test_what_was_seen_later_is_never_worth_less(
    share: float, one: timedelta, other: timedelta
) -> None:
    sooner, later = sorted((one, other))
    assert worth(share, unseen_for=sooner) >= worth(share, unseen_for=later)


@given(shares, families, families)
def test_a_larger_family_is_never_worth_less(share: float, one: int, other: int) -> None:
    less, more = sorted((one, other))
    assert worth(share, family=less) <= worth(share, family=more)


def test_its_figures() -> None:
    assert worth(0.8) == pytest.approx(0.8)
    assert worth(0.8, reach=999_999) == pytest.approx(1.6)
    assert worth(0.8, unseen_for=timedelta(days=30)) == pytest.approx(0.4)
    assert worth(0.8, unseen_for=timedelta(days=3000)) == pytest.approx(0.2)
    assert worth(0.8, family=64) == pytest.approx(1.2)
    assert worth(0.8, lapsed=True) == pytest.approx(1.2)
    assert worth(0.8, reach=-5, family=0, unseen_for=timedelta(days=-1)) == pytest.approx(0.8)
