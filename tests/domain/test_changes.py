from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.changes import lines_of, share_changed, share_changed_of_pages, share_new

texts = st.lists(st.text(alphabet="аб яz1 \n", max_size=40), max_size=6)


def test_prices_dates_case_and_blanks_are_no_change() -> None:
    before = lines_of(["Мёд 1 кг — 2 500 ₸\nОбновлено 01.03.2026 в 12:30"])
    now = lines_of(["мёд  3 кг —  9 999 ₸ \n\nобновлено 17.04.2026 в 9:05"])
    assert share_changed(before, now) == 0.0


def test_lines_count_as_often_as_they_stand() -> None:
    assert share_changed(lines_of(["a\nb"]), lines_of(["a\nc"])) == pytest.approx(2 / 3)
    assert share_changed(lines_of(["a\na"]), lines_of(["a"])) == 0.5


def test_pages_that_one_look_alone_fetched_are_left_out() -> None:
    before = {"/": "one\ntwo", "/old": "old"}
    assert share_changed_of_pages(before, {"/": "one\ntwo", "/new": "new"}) == 0.0
    assert share_changed_of_pages(before, {"/elsewhere": "new"}) == 1.0


def test_what_is_new_does_not_grow_by_what_is_gone() -> None:
    known = lines_of(["one\ntwo\nthree"])
    assert share_new(known, lines_of(["two"])) == 0.0
    assert share_new(known, lines_of(["two\nfour"])) == 0.5
    assert share_new(known, lines_of([])) == 0.0


@given(texts, texts)
def test_the_share_is_a_distance(one: list[str], two: list[str]) -> None:
    here, there = lines_of(one), lines_of(two)
    assert 0.0 <= share_changed(here, there) <= 1.0
    assert share_changed(here, there) == share_changed(there, here)
    assert (share_changed(here, there) == 0.0) == (here == there)
