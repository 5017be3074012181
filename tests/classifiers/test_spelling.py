"""Words read out of disguise: of several readings the one that is a word."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers import spelling
from classifiers.latin import in_cyrillic
from classifiers.spelling import (
    is_word,
    meant,
    meant_in_latin,
    packed,
    parted,
    with_kazakh_ending,
)


def test_the_reading_that_is_a_word_is_taken() -> None:
    assert meant(["в", "о", ("е", "з", "э"), *"дух"]) == "воздух"
    assert meant(["в", ("е", "э"), *"щщх"]) is None


def test_an_unusual_reading_counts_for_less() -> None:
    assert meant([("п", "н"), "о"]) == "по"
    assert meant([("п", "н"), "а"]) == "на"  # "па" is no word


def test_soft_signs_and_kazakh_letters_come_back() -> None:
    assert meant_in_latin(["к", "у", "п", "и", "т"], kazakh=False) == "купить"
    assert meant_in_latin(["к", "у", "н"], kazakh=True) == "күн"


@pytest.mark.parametrize(
    ("kazakh", "read"), [(False, "соль"), (True, "сол")]
)  # salt in Russian, that in Kazakh
def test_the_language_of_the_text_decides(kazakh: bool, read: str) -> None:
    assert in_cyrillic("sol", kazakh=kazakh) == read


@pytest.mark.parametrize(
    ("reading", "read"),
    [
        ("кундеримиздин", "күндеріміздің"),
        ("калаларымызга", "қалаларымызға"),
        ("щщущщ", "щщущщ"),
    ],
)
def test_kazakh_endings_follow_the_vowels_of_their_stem(reading: str, read: str) -> None:
    assert with_kazakh_ending(reading) == read


def test_letters_are_parted_into_words_of_one_language() -> None:
    assert parted("молокоисахар") == ("молоко", "и", "сахар")
    assert parted("сегодня") == ("сегодня",)
    assert parted("соловей") == ("соловей",)  # not "соло в ей"
    assert parted("щщъъщщ") == ("щщъъщщ",)
    assert parted("") == ("",)


@given(st.text("абвгдеәғқңөұүі", max_size=30))
def test_parting_loses_no_letter(letters: str) -> None:
    assert "".join(parted(letters)) == letters


@given(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=24), st.booleans())
def test_every_latin_word_is_read_in_cyrillic(word: str, kazakh: bool) -> None:
    read = in_cyrillic(word, kazakh=kazakh)
    assert read
    assert not any("a" <= char <= "z" for char in read)


def test_of_too_many_readings_the_usual_one_is_taken() -> None:
    assert in_cyrillic("phcb" * 12) == "пхцб" * 12


def test_the_list_holds_words_of_both_languages_and_no_more() -> None:
    assert is_word("воздух")
    assert is_word("қала")
    for words in spelling._lists().values():
        assert len(words.cost) > 10_000
        assert all(
            form.isalpha() and form == form.lower() and len(form) <= 24 for form in words.cost
        )


def test_the_same_words_are_packed_to_the_same_bytes() -> None:
    words = {"ru": ["и", "воздух"], "kk": ["қала"]}
    assert packed(words) == packed({"kk": ["қала"], "ru": ["и", "воздух"]})
    assert gzip.decompress(packed(words)).decode() == "и\nвоздух\n\nқала"
