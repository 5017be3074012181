"""Shares of languages, mixed text, and Russian and Kazakh in Latin letters."""

from __future__ import annotations

import random

import pytest

from classifiers.augment.disguise import in_latin
from classifiers.augment.writer import generate
from classifiers.language import languages_of
from classifiers.normalise import undisguised
from domain.assessment import Languages

RU = "Сегодня в городе прошёл дождь, завтра обещают солнце и тёплый ветер."
KK = "Бүгін қалада жаңбыр жауды, ертең күн ашық болады деп хабарлады."
EN = "It rained in the city today, and tomorrow will be sunny with a warm wind."


def told(text: str) -> Languages:
    return languages_of(undisguised(text).text)


@pytest.mark.parametrize(("text", "code"), [(RU, "ru"), (KK, "kk"), (EN, "en")])
def test_one_language_has_all_words(text: str, code: str) -> None:
    assert told(text) == Languages(((code, 1.0),))


def test_shares_add_up_and_two_languages_are_mixed() -> None:
    found = told(f"{RU}\n{KK}")
    shares = dict(found.shares)
    assert found.mixed
    assert not found.transliterated
    assert set(shares) == {"ru", "kk"}
    assert 0.3 < shares["ru"] < 0.7
    assert sum(shares.values()) == pytest.approx(1.0, abs=0.002)
    assert dict(told(f"{RU} {EN}").shares).keys() == {"ru", "en"}


def test_a_few_words_of_another_language_make_nothing_mixed() -> None:
    assert not told(f"{RU} {RU} ok").mixed


@pytest.mark.parametrize(("text", "code"), [(RU, "ru"), (KK, "kk")])
def test_latin_letters_do_not_make_it_english(text: str, code: str) -> None:
    found = told(in_latin(text, random.Random(1)))
    assert found.transliterated
    assert found.shares == ((code, 1.0),)


def test_nothing_to_read_has_no_language() -> None:
    assert told("") == told("123 !!! @handle https://shop.test") == Languages()


def test_generated_text_in_latin_letters_is_told_from_english() -> None:
    rng = random.Random(7)
    rows = [row for row in generate(400, 31) if len(row.text.split()) > 15]
    english = [told(row.text) for row in rows if row.lang == "en"]
    latin = [told(in_latin(row.text, rng)) for row in rows if row.lang in {"ru", "kk"}]
    assert len(english) > 40
    assert len(latin) > 90
    assert sum(one.transliterated for one in english) <= 0.02 * len(english)
    assert sum(one.transliterated for one in latin) >= 0.97 * len(latin)
