"""What changed is told so that both texts can be read off it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from review.differences import MOST_LINES, Change, Part, differences

texts = st.text(st.sampled_from("аб 1\n"), max_size=60)


@given(texts, texts)
def test_both_texts_can_be_read_off(old: str, new: str) -> None:
    parts = differences(old, new)
    assert "".join(p.text for p in parts if p.change is not Change.NEW) == old
    assert "".join(p.text for p in parts if p.change is not Change.GONE) == new


def test_a_changed_price_is_told_alone() -> None:
    assert differences("Чай\nцена 100 тг\n", "Чай\nцена 150 тг\n") == [
        Part(Change.SAME, "Чай\n"),
        Part(Change.SAME, "цена "),
        Part(Change.GONE, "100"),
        Part(Change.NEW, "150"),
        Part(Change.SAME, " тг\n"),
    ]


def test_long_texts_are_cut_and_not_waited_for() -> None:
    old = "".join(f"line {n}\n" for n in range(3 * MOST_LINES))
    parts = differences(old, old + "x")
    assert "".join(part.text for part in parts).count("\n") == MOST_LINES
