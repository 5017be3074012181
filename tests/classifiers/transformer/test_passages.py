"""Passages: everything is in one, and a paragraph is whole in one wherever it stands."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from classifiers.features import NARROW, windows
from classifiers.transformer.passages import MOST, passages_of, rated

words = st.text("абвгдежзик", min_size=1, max_size=12)
pages = st.lists(words, min_size=1, max_size=40).flatmap(
    lambda some: st.integers(1, 90).map(lambda times: " ".join(some * times))
)


@given(pages)
def test_nothing_of_a_page_is_left_out(text: str) -> None:
    cut = windows(text)
    seen = [False] * len(text)
    for at in passages_of(cut):
        one = cut[at]
        seen[one.start : one.end] = [True] * (one.end - one.start)
    assert all(seen)


@given(pages, st.integers(0, 20_000), st.integers(1, 95))
def test_a_short_paragraph_is_whole_in_one_passage(text: str, at: int, length: int) -> None:
    start = at % len(text)
    end = min(len(text), start + length)
    cut = windows(text)
    assert any(cut[one].start <= start and end <= cut[one].end for one in passages_of(cut))


@given(pages)
def test_passages_of_a_long_page_are_narrow(text: str) -> None:
    cut = windows(text)
    longest = max(cut[at].end - cut[at].start for at in passages_of(cut))
    assert longest <= (NARROW[0] if len(text) >= 700 else 700)


@given(pages, st.randoms(use_true_random=False))
def test_the_highest_rated_are_read_first(text: str, random) -> None:
    cut = windows(text)
    ratings = [random.uniform(-9, 9) for _ in cut]
    chosen = rated(cut, ratings)
    assert len(chosen) == min(MOST, len(passages_of(cut)))
    left = set(passages_of(cut)) - set(chosen)
    assert [ratings[at] for at in chosen] == sorted((ratings[at] for at in chosen), reverse=True)
    assert all(ratings[at] <= ratings[chosen[-1]] for at in left)
