"""Every case of a dozen Russian words, and chains of Kazakh suffixes on a dozen stems."""

from __future__ import annotations

import pytest
from pymorphy3 import MorphAnalyzer

from domain.lexicon import Lexicon

#: Plural, possessive, case and what follows, alone and in chains.
KAZAKH = {
    "гашиш": "гашиштер гашиштің гашишті гашишке гашиште гашиштен гашишпен гашишім гашишіңіз гашиші "
    "гашиштерді гашиштерге гашиштеріміз гашиштеріміздің гашиштегі гашишсіз",
    "закладка": "закладкалар закладканың закладканы закладкаға закладкада закладкадан закладкамен "
    "закладкам закладкаңыз закладкасы закладкаларды закладкаларға закладкаларымыз "
    "закладкаларымыздан закладкадағы закладкашы закладкасыз",
    "дүкен": "дүкендер дүкеннің дүкенді дүкенге дүкенде дүкеннен дүкенмен дүкенім дүкеніңіз дүкені "
    "дүкендерде дүкеніміз дүкеніміздің дүкеніміздегі дүкенімізге дүкенінде дүкеніне",
    "курьер": "курьерлер курьердің курьерді курьерге курьерде курьерден курьермен курьерім "
    "курьеріміз курьері курьерлерге курьерлеріміз курьерлеріміздің",
    "тауар": "тауарлар тауардың тауарды тауарға тауарда тауардан тауармен тауарым тауарымыз тауары "
    "тауарларды тауарларымыз тауарларымызды тауарларыңыздан",
    "шөп": "шөптер шөптің шөпті шөпке шөпте шөптен шөппен шөбі шөбім шөбіміз шөптерді шөбіміздің "
    "шөптік",
    "дәрі": "дәрілер дәрінің дәріні дәріге дәріде дәріден дәрімен дәрім дәріміз дәрісі дәрілерді "
    "дәрілеріміз дәрісіз",
    "героин": "героиннің героинді героинге героинде героиннен героинмен героині героинім героиндер",
    "трамадол": "трамадолдың трамадолды трамадолға трамадолда трамадолдан трамадолмен трамадолы "
    "трамадолдар трамадолсыз",
    "клад": "кладтар кладтың кладты кладқа кладта кладтан кладпен кладым кладымыз клады кладтарды "
    "кладтарымыз кладтарымыздың",
    "координата": "координаталар координатаның координатаны координатаға координатада "
    "координатадан "
    "координатамен координатасы координаталарды координаталары координаталарын",
    "баға": "бағалар бағаның бағаны бағаға бағада бағадан бағамен бағам бағамыз бағасы бағалары "
    "бағаларымыз бағасын бағасында",
}
RUSSIAN = (
    "закладка", "гашиш", "мефедрон", "кокаин", "конопля", "порошок", "таблетка", "магазин",
    "соль", "лёд", "покупка", "товар", "курьер", "цена", "мёд", "твёрдый",
)  # fmt: skip
NEIGHBOURS = ("закладочный", "гашник", "товарищ", "ценность", "курица", "солнце", "ледник", "маги")


def lexicon_of(language: str, words: list[str]) -> Lexicon:
    tables = (
        f'[c{at}]\nkind = "substance"\n{language} = "{word}"' for at, word in enumerate(words)
    )
    return Lexicon.parse({"test.toml": "\n".join(tables)})


@pytest.fixture(scope="module")
def kazakh() -> Lexicon:
    return lexicon_of("kk", [*KAZAKH])


@pytest.fixture(scope="module")
def russian() -> Lexicon:
    return lexicon_of("ru", [*RUSSIAN, "мак"])


@pytest.mark.parametrize(
    ("word", "form"), [(word, form) for word in KAZAKH for form in KAZAKH[word].split()]
)
def test_a_kazakh_stem_is_known_under_its_suffixes(kazakh: Lexicon, word: str, form: str) -> None:
    at = [*KAZAKH].index(word)
    assert [hit.concept.name for hit in kazakh.hits(form)] == [f"c{at}"]


@pytest.mark.parametrize("word", RUSSIAN)
def test_a_russian_word_is_known_in_every_form_of_its_paradigm(russian: Lexicon, word: str) -> None:
    parses = MorphAnalyzer(lang="ru").parse(word)
    lexeme = next(one for one in parses if one.normal_form == word).lexeme
    forms = {one.word.replace("ё", "е") for one in lexeme}
    at = RUSSIAN.index(word)
    missed = [
        form for form in forms if f"c{at}" not in {hit.concept.name for hit in russian.hits(form)}
    ]
    assert len(forms) > 6
    assert missed == []


@pytest.mark.parametrize("word", NEIGHBOURS)
def test_a_word_that_begins_alike_is_another(russian: Lexicon, word: str) -> None:
    assert russian.hits(word) == []
