"""Names, handles and numbers in texts, however they are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.masking import Masker, Persons

NEIGHBOUR = Persons(
    handles=frozenset({"olgamark"}),
    names=frozenset({"Ольга", "Маркова", "Айгүл", "Serik", "Марк"}),
)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Olga Markova тут", "████ ███████ тут"),
        ("OLGOY MARKOVOY", "█████ ████████"),
        ("спросите Aigul, aygul", "спросите █████, █████"),
        ("у Серика спросите", "у ██████ спросите"),
        ("телеграм олгамарк", "телеграм ████████"),
        ("звоните 87O1555б677", "звоните ███████████"),
        ("8 7O1 555 б6 77", "█ ███ ███ ██ ██"),
        ("инста olga.m", "инста ██████"),
        ("мой тг some1one", "мой тг ████████"),
        ("instagram: someone", "instagram: ███████"),
    ],
)
def test_names_handles_and_numbers_written_otherwise(text: str, masked: str) -> None:
    assert Masker(NEIGHBOUR).of_others(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "market, marketing, marker",
        "telegram channel, insta stories, инста reels",
        "серия книг, сериал, выгул собак",
        "тг канал двора, вк группа",
        "8 ЗОЗ обои, б/у, 1 З",
        "отдам 3 зонта и 10 О-образных колец",
    ],
)
def test_innocent_words_stay(text: str) -> None:
    assert Masker(NEIGHBOUR).of_others(text) == text


@given(st.text(max_size=200))
def test_a_mask_is_as_long_as_what_it_hides(text: str) -> None:
    masker = Masker(Persons(frozenset({"rinat"}), frozenset({"Ольга"}), frozenset({"7700123"})))
    for masked in (masker.of_others(text), masker.of_advertiser(text)):
        before = len(text.encode("utf-16-le", "surrogatepass"))
        assert len(masked.encode("utf-16-le", "surrogatepass")) == before
