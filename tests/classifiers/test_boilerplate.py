from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from classifiers.boilerplate import blanked, repeated_lines

MENU = "Главная\nВ Алматы изъяли мефедрон\n"


def test_a_menu_on_all_pages_is_the_template() -> None:
    pages = [f"{MENU}Статья {n} о картофеле\n© газета" for n in range(4)]
    lines = repeated_lines(pages)
    assert lines == {"Главная", "В Алматы изъяли мефедрон", "© газета"}
    assert blanked(pages[2], lines).split() == ["Статья", "2", "о", "картофеле"]


def test_two_pages_alike_are_no_template() -> None:
    assert repeated_lines([MENU, MENU]) == frozenset()


def test_what_stands_on_few_pages_stays() -> None:
    assert repeated_lines([MENU, MENU, MENU, "a", "b", "c", "d", "e"]) == frozenset()


@given(st.text(max_size=200), st.lists(st.text(max_size=20)))
def test_offsets_stay_right(text: str, lines: list[str]) -> None:
    out = blanked(text, frozenset(lines))
    assert len(out) == len(text)
    assert all(new in {old, " "} for old, new in zip(text, out, strict=True))
