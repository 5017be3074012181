from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from review.excerpts import MOST, OPENING, Mark, Window, readable, windows

WORDS = "слово " * 1000


def mark(start: int, weight: float = 1.0, kind: str = "substance") -> Mark:
    return Mark(start, start + 5, kind, weight)


def test_a_text_without_marks_shows_its_opening() -> None:
    (window,) = windows(WORDS, ())
    assert window.start == 0
    assert OPENING <= window.end < OPENING + 6
    assert windows("short", ()) == (Window(0, 5),)
    assert windows("", ()) == ()


def test_the_heaviest_place_is_shown_wherever_it_stands() -> None:
    far = [mark(6 * n, 0.1) for n in range(50)] + [mark(3000, 3.0), mark(3006, 2.0)]
    shown = windows(WORDS, far, most=1)
    assert len(shown) == 1
    assert shown[0].start < 3000 < 3011 < shown[0].end


def test_many_light_marks_together_outweigh_one_heavier_alone() -> None:
    crowd = [mark(3000 + 6 * n, 0.5) for n in range(10)]
    (shown,) = windows(WORDS, [mark(60, 2.0), *crowd], most=1)
    assert shown.start > 2000


def test_what_speaks_against_counts_too() -> None:
    (shown,) = windows(WORDS, [mark(60, 0.5), mark(3000, -4.0, "context")], most=1)
    assert shown.start > 2000


def test_windows_begin_and_end_between_words() -> None:
    for window in windows(WORDS, [mark(1200), mark(3000)]):
        assert WORDS[window.start : window.end].startswith("слово ")
        assert WORDS[window.start : window.end].endswith("слово")


def test_ngrams_are_not_for_people() -> None:
    assert readable([mark(0, kind="ngram"), mark(9)]) == (mark(9),)


@given(
    st.text(alphabet="аб \n", max_size=2000),
    st.lists(st.tuples(st.integers(0, 1995), st.floats(-5, 5))),
)
def test_windows_are_within_the_text_in_order_and_apart(
    text: str, places: list[tuple[int, float]]
) -> None:
    marks = [mark(at, weight) for at, weight in places if at + 5 <= len(text)]
    shown = windows(text, marks)
    assert len(shown) <= MOST
    assert bool(shown) == bool(text)
    end = -2
    for window in shown:
        assert end + 1 < window.start <= window.end <= len(text)
        end = window.end
    if marks:
        heaviest = max(marks, key=lambda one: abs(one.weight))
        alone = windows(text, [heaviest])
        assert any(w.start <= heaviest.start and heaviest.end <= w.end for w in alone)


def test_marks_into_a_text_that_was_erased_show_nothing() -> None:
    assert windows("", [Mark(300, 310, "price", 1.0)]) == (Window(0, 0),)
