from __future__ import annotations

import unicodedata
from collections.abc import Mapping

import pytest

from domain.confusables import (
    CYRILLIC_DIGITS,
    CYRILLIC_TELLS,
    DRAWN_AS_LATIN,
    LATIN_DIGITS,
    LATIN_TELLS,
    READ_AS_CYRILLIC,
    READ_AS_LATIN,
    TWINS,
)


def script(char: str) -> str:
    return unicodedata.name(char).split()[0]


@pytest.mark.parametrize(
    ("table", "scripts"),
    [
        (TWINS, ("CYRILLIC", "LATIN")),
        (DRAWN_AS_LATIN, ("CYRILLIC", "LATIN")),
        (READ_AS_LATIN, ("CYRILLIC", "LATIN")),
        (READ_AS_CYRILLIC, ("LATIN", "CYRILLIC")),
        (CYRILLIC_DIGITS, ("DIGIT", "CYRILLIC")),
        (LATIN_DIGITS, ("DIGIT", "LATIN")),
    ],
)
def test_each_pair_is_a_lower_case_letter_and_what_it_stands_for_in_the_other_script(
    table: Mapping[str, str], scripts: tuple[str, str]
) -> None:
    assert {(script(one), script(other)) for one, other in table.items()} == {scripts}
    assert all(char == char.lower() for pair in table.items() for char in pair)


def test_twins_read_the_same_in_both_directions() -> None:
    word = "мотор"
    disguised = "".join(TWINS[char] for char in word)
    assert disguised == "motop"
    assert "".join(READ_AS_CYRILLIC[char] for char in disguised) == word
    assert "".join(READ_AS_LATIN[char] for char in word) == disguised


def test_no_letter_with_a_twin_tells_which_script_a_word_was_meant_in() -> None:
    assert not (CYRILLIC_TELLS | LATIN_TELLS).intersection(TWINS.keys() | set(TWINS.values()))
    assert {script(char) for char in CYRILLIC_TELLS} == {"CYRILLIC"}
    assert {script(char) for char in LATIN_TELLS} == {"LATIN"}
