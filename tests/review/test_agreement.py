"""The formulas against examples worked by hand, scikit-learn, and other ways to the same figure."""

from __future__ import annotations

import random
import statistics
from collections import Counter
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.agreement import (
    Crossed,
    kappa,
    kappa_interval,
    pooled_kappa,
    quantile,
    share_interval,
)

YES, NO = "confirm", "dismiss"


def crossed(both: int, one: int, other: int, neither: int) -> Crossed:
    cells = {(YES, YES): both, (YES, NO): one, (NO, YES): other, (NO, NO): neither}
    return Crossed({(*key, 1.0): n for key, n in cells.items()})


def drawn(dice: random.Random, cases: int, share: float) -> tuple[Crossed, Crossed]:
    """What two people say of so many cases, each right in 85 % of them; and what is known of it
    where of those that the first dismisses only a ``share`` is shown to the other."""
    every, known = Counter[tuple[str, str, float]](), Counter[tuple[str, str, float]]()
    for _ in range(cases):
        truth = dice.random() < 0.3
        one, other = ((dice.random() < 0.85) == truth for _ in range(2))
        said = YES if one else NO, YES if other else NO
        every[(*said, 1.0)] += 1
        if one:
            known[(*said, 1.0)] += 1
        elif dice.random() < share:
            known[(*said, 1 / share)] += 1
    return Crossed(every), Crossed(known)


def test_kappa_from_a_drawn_share() -> None:
    """It is that of all cases; without weights it would be another."""
    every, known = drawn(random.Random(1), 60_000, 0.1)
    assert kappa(known) == pytest.approx(kappa(every), abs=0.03)
    as_if_all = Counter[tuple[str, str, float]]()
    for (one, other, _), n in known.cells.items():
        as_if_all[one, other, 1.0] += n
    assert abs(kappa(Crossed(as_if_all)) - kappa(every)) > 0.1


def test_its_interval_holds_what_it_should() -> None:
    """In 95 of 100 samples kappa of all lies within; so the spread of draws is in it."""
    dice = random.Random(2)
    truth = kappa(drawn(dice, 100_000, 1.0)[0])
    hits = 0
    for _ in range(300):
        low, high = kappa_interval(drawn(dice, 600, 0.2)[1])
        hits += low <= truth <= high
    assert 0.91 <= hits / 300 <= 0.98


def test_kappa_by_hand() -> None:
    # 35 of 50 agree: 0.7. One says yes in 25, the other in 30 of 50: by chance
    # 0.5 * 0.6 + 0.5 * 0.4 = 0.5. Beyond chance: (0.7 - 0.5) / (1 - 0.5) = 0.4.
    found = crossed(20, 5, 10, 15)
    assert found.observed == pytest.approx(0.7)
    assert found.expected == pytest.approx(0.5)
    assert kappa(found) == pytest.approx(0.4)


def test_its_interval_by_hand() -> None:
    # For the table above 1 - kappa is 0.6, and the formula of 1969 has three parts:
    # the same:   0.4 * (1 - 1.1 * 0.6)**2 + 0.3 * (1 - 0.9 * 0.6)**2 = 0.04624 + 0.06348
    # not:        0.6**2 * (0.1 * (0.6 + 0.5)**2 + 0.2 * (0.4 + 0.5)**2) = 0.36 * 0.283
    # by chance:  (0.4 - 0.5 * 0.6)**2 = 0.01
    # error:      sqrt((0.10972 + 0.10188 - 0.01) / 50) / 0.5 = sqrt(0.004032) / 0.5 = 0.126996
    low, high = kappa_interval(crossed(20, 5, 10, 15))
    assert high - low == pytest.approx(2 * 1.959964 * sqrt(0.004032) / 0.5)
    assert (low, high) == pytest.approx((0.1511, 0.6489), abs=1e-4)


@pytest.mark.parametrize("table", [(20, 5, 10, 15), (88, 10, 14, 10), (3, 1, 2, 40)])
def test_its_interval_by_the_delta_method(table) -> None:
    """The same error from the slope of kappa alone, as any text on the delta method has it."""
    n, step = sum(table), 1e-6
    shares = [count / n for count in table]

    def of(shares: list[float]) -> float:
        both, one, other, neither = shares
        expected = (both + one) * (both + other) + (other + neither) * (one + neither)
        return (both + neither - expected) / (1 - expected)

    slopes = []
    for place in range(4):
        up, down = list(shares), list(shares)
        up[place] += step
        down[place] -= step
        slopes.append((of(up) - of(down)) / (2 * step))
    mean = sum(slope * share for slope, share in zip(slopes, shares, strict=True))
    spread = sum(slope**2 * share for slope, share in zip(slopes, shares, strict=True)) - mean**2
    low, _ = kappa_interval(crossed(*table))  # the upper end may be cut at 1
    error = (kappa(crossed(*table)) - low) / 1.959964
    assert error == pytest.approx(sqrt(spread / n), rel=1e-5)


def test_the_least_and_the_most() -> None:
    assert kappa(crossed(5, 0, 0, 5)) == 1
    assert kappa_interval(crossed(5, 0, 0, 5)) == (1, 1)
    assert kappa(crossed(0, 5, 5, 0)) == -1
    assert kappa(crossed(0, 0, 0, 0)) is None
    assert kappa(crossed(7, 0, 0, 0)) is None, "who always says the same shows nothing"
    assert kappa_interval(crossed(7, 0, 0, 0)) is None


def test_of_three_words() -> None:
    counts = {"aa": 2, "ab": 1, "bb": 2, "cc": 2, "ca": 1}
    cells = {(one, other, 1.0): n for (one, other), n in counts.items()}
    # 6 of 8 agree; by chance 3/8 * 3/8 + 2/8 * 3/8 + 3/8 * 2/8 = 21/64: (48 - 21) / (64 - 21)
    assert kappa(Crossed(cells)) == pytest.approx(27 / 43)


def test_it_is_what_scikit_learn_says() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    dice = random.Random(6)
    for _ in range(50):
        pairs = [(dice.choice("abc"), dice.choice("abbc")) for _ in range(dice.randint(5, 60))]
        said = metrics.cohen_kappa_score([one for one, _ in pairs], [two for _, two in pairs])
        assert kappa(Crossed(Counter((*pair, 1.0) for pair in pairs))) == pytest.approx(said)


@given(st.tuples(*[st.integers(0, 60)] * 4))
def test_kappa_does_not_mind_who_is_named_first(table) -> None:
    both, one, other, neither = table
    here, there = kappa(crossed(*table)), kappa(crossed(both, other, one, neither))
    assert here == (there if there is None else pytest.approx(there))
    assert here is None or -1 <= here <= 1


def test_pooled_by_hand() -> None:
    # 50 cases with 0.7 against 0.5, 10 cases with 0.9 against 0.5:
    # (50 * 0.2 + 10 * 0.4) / (50 * 0.5 + 10 * 0.5) = 14 / 30
    assert pooled_kappa([crossed(20, 5, 10, 15), crossed(5, 0, 1, 4)]) == pytest.approx(14 / 30)
    assert pooled_kappa([crossed(20, 5, 10, 15)]) == pytest.approx(0.4)
    assert pooled_kappa([crossed(4, 0, 0, 0)]) is None
    assert pooled_kappa([]) is None


def test_the_interval_of_a_share() -> None:
    # Values of Wilson's formula at 95 % for 1 of 10 and 0 of 100.
    assert share_interval(1, 10) == pytest.approx((0.0179, 0.4042), abs=1e-4)
    assert share_interval(0, 100) == pytest.approx((0.0, 0.0370), abs=1e-4)
    assert share_interval(0, 0) == (0, 1)


@given(st.lists(st.integers(0, 300), min_size=2))
def test_quantiles_are_what_the_standard_library_says(values: list[int]) -> None:
    tenths = statistics.quantiles(values, n=10, method="inclusive")
    assert quantile(Counter(values), 0.5) == pytest.approx(statistics.median(values))
    assert quantile(Counter(values), 0.9) == pytest.approx(tenths[8])


def test_quantiles_of_one_and_of_nothing() -> None:
    assert quantile({7.0: 1}, 0.9) == 7
    assert quantile({}, 0.5) is None
