"""Word forms of Russian, Kazakh and English."""

import pytest

from domain import morphology


def test_russian_forms_hold_all_cases_and_the_word() -> None:
    forms = morphology.russian_forms("книга")
    assert {"книга", "книги", "книгу", "книгой", "книгам", "книг"} <= forms


def test_forms_come_with_and_without_the_two_dots() -> None:
    assert {"лёд", "лед", "льда"} <= morphology.russian_forms("лёд")


def test_what_is_not_cyrillic_stays_as_it_is() -> None:
    assert morphology.russian_forms("abc1") == frozenset({"abc1"})


@pytest.mark.parametrize("ending", ["", "лар", "дан", "ыңыз", "ның", "тардан", "ымызда", "дағы"])
def test_kazakh_noun_suffixes(ending: str) -> None:
    assert morphology.is_kazakh_suffix(ending)


@pytest.mark.parametrize("ending", ["ист", "овый", "ция", "лардангеш", "х"])
def test_what_is_no_kazakh_suffix(ending: str) -> None:
    assert not morphology.is_kazakh_suffix(ending)


@pytest.mark.parametrize("ending", ["амын", "ды", "ған", "у", "ыңыз", "ылды", "атын"])
def test_kazakh_verb_endings(ending: str) -> None:
    assert morphology.is_kazakh_verb_ending(ending)


def test_a_final_stop_is_voiced_before_a_suffix() -> None:
    assert morphology.kazakh_stems("кітап") == {"кітап", "кітаб"}


def test_a_word_in_latin_letters() -> None:
    assert morphology.transliterated("щука") == "schuka"
