from __future__ import annotations

import re
import time

import pytest

from index.kazakh import RULES, stem

# Paradigms: a noun and forms of it that standard grammar gives.
PARADIGMS = [
    "алматы алматыда алматыға алматының алматыдан алматыдағы алматыны",
    "дүкен дүкендер дүкені дүкеннің дүкенге дүкенді дүкенде дүкеннен дүкенмен дүкенімізде "
    "дүкендерімізден дүкеніңізге дүкендегі",
    "кітап кітабы кітабым кітаптар кітапты кітапқа кітаптағы",
    "астана астанада астананың астанаға астанадан",
    "шымкент шымкентте шымкентке шымкенттен",
    "қарағанды қарағандыда қарағандыға",
    "баға бағасы бағалар бағамен бағаларының",
    "тауар тауарлар тауарлары тауарларымызды",
    "жеткізу жеткізуді жеткізумен жеткізудің",
    "жер жерлер жерлерде жерде",
    "шөп шөбі шөптің шөптер",
    "есірткі есірткінің есірткіні есірткіден",
    "мефедрон мефедронды мефедронның мефедроннан",
    "гашиш гашишті гашиштен",
    "қанат қанаты қанатты қанаттың",
    "телеграм телеграмда телеграмға",
]
RUSSIAN = (
    "доллар сахар мастер товар город аптека травка вода соль таблетки закладка закладки грамм "
    "павлодар бонус курьер оператор магазина мефедрона"
)


@pytest.mark.parametrize("forms", PARADIGMS)
def test_all_forms_share_one_stem(forms: str) -> None:
    assert len({stem(form) for form in forms.split()}) == 1


def test_different_nouns_stay_apart() -> None:
    stems = {stem(forms.split()[0]) for forms in PARADIGMS}
    assert len(stems) == len(PARADIGMS)


@pytest.mark.parametrize("word", RUSSIAN.split())
def test_russian_words_are_left_alone(word: str) -> None:
    assert stem(word) == word


def test_a_word_typed_without_kazakh_letters_has_the_same_stem() -> None:
    assert stem("дукен") == stem("дүкенге")
    assert stem("казакстан") == stem("қазақстан")


def test_the_rules_for_elasticsearch_say_the_same_as_the_function() -> None:
    for word in f"{' '.join(PARADIGMS)} {RUSSIAN} үй ат а shop {'ында' * 30}".split():
        by_rules = word
        for pattern, replacement in RULES:
            by_rules = re.sub(pattern, replacement.replace("$1", r"\1"), by_rules)
        assert by_rules == stem(word)


def test_a_hostile_word_costs_little() -> None:
    started = time.perf_counter()
    for tail in range(50):
        stem("ында" * 9 + "сы" + chr(ord("a") + tail % 26) * 2)
    assert time.perf_counter() - started < 1
