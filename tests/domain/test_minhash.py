from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.minhash import BANDS, BYTES, bands, resemblance, signature


def some(count: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 1 << 64, count, dtype=np.uint64)


@given(st.integers(1, 300), st.integers(1, 300), st.integers(0, 300), st.integers(0, 10**6))
def test_the_estimate_is_near_the_true_resemblance(
    mine: int, theirs: int, shared: int, seed: int
) -> None:
    values = some(mine + theirs + shared, seed)
    one = np.concatenate((values[:mine], values[mine + theirs :]))
    other = values[mine:]
    true = shared / (mine + theirs + shared)
    estimate = resemblance(signature(one), signature(other))
    assert estimate == pytest.approx(true, abs=0.25)  # more than five standard deviations
    assert estimate == resemblance(signature(other), signature(one))


def test_over_many_sets_the_estimate_errs_to_neither_side() -> None:
    errors = []
    for seed in range(200):
        values = some(150, seed)
        errors.append(resemblance(signature(values[:100]), signature(values[50:])) - 1 / 3)
    assert abs(float(np.mean(errors))) < 0.01
    assert 0.03 < float(np.std(errors)) < 0.055


@given(st.lists(st.integers(0, (1 << 64) - 1), min_size=1), st.randoms())
def test_order_and_repetition_make_no_difference(values: list[int], shuffler) -> None:
    shuffled = [*values, *values]
    shuffler.shuffle(shuffled)
    one = signature(np.array(values, dtype=np.uint64))
    assert one == signature(np.array(shuffled, dtype=np.uint64))
    assert len(one) == BYTES


def test_bands_find_the_share_of_copies_that_the_docstring_says() -> None:
    for true, least, most in ((0.6, 0.96, 1.0), (0.5, 0.80, 0.94), (0.2, 0.0, 0.1)):
        shared, own = round(600 * true), round(600 * (1 - true) / 2)
        found = 0
        for seed in range(300):
            values = some(shared + 2 * own, seed)
            one, other = signature(values[own:]), signature(values[: own + shared])
            found += not set(bands(one)).isdisjoint(bands(other))
        assert least <= found / 300 <= most, true


def test_nothing_is_like_nothing() -> None:
    empty = signature(np.zeros(0, dtype=np.uint64))
    assert (empty, bands(empty), resemblance(empty, empty)) == (b"", [], 0.0)


def test_bands_fit_a_signed_integer_and_differ_by_their_place() -> None:
    same = np.full(BYTES // 2, 7, dtype="<u2").tobytes()
    assert len(set(bands(same))) == BANDS
    assert all(-(1 << 63) <= key < 1 << 63 for key in bands(same))


def test_signatures_never_change_since_they_are_kept() -> None:
    assert signature(np.arange(50, dtype=np.uint64))[:8].hex() == "28f89f6cccc24336"
