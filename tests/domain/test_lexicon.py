"""Lexicons: words and phrases found in any form, formats refused by name."""

import pytest

from domain.errors import InputError
from domain.lexicon import Lexicon, TermKind

TEXT = """
[fruit]
kind = "substance"
ru = "яблоко, груша, =слива"
ru_weak = "косточка"
kk = "алма"
kk_verbs = "сат"
en = "apple"

[kitchen]
kind = "trade"
ru = "яблоко в тесте, косточка авокадо"
en = "apple pie, corer*"
"""


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon.parse({"test.toml": TEXT})


def found(lexicon: Lexicon, text: str) -> list[tuple[str, str, bool]]:
    return [(text[h.start : h.end], h.concept.name, h.weak) for h in lexicon.hits(text)]


@pytest.mark.parametrize("form", ["яблоко", "яблоками", "яблока", "груши", "грушей"])
def test_a_russian_word_is_found_in_every_case(lexicon: Lexicon, form: str) -> None:
    assert found(lexicon, f"вот {form} тут") == [(form, "fruit", False)]


@pytest.mark.parametrize("form", ["алмалар", "алмадан", "алманы", "алмамыз", "сатамыз", "сатылады"])
def test_a_kazakh_stem_takes_its_suffixes(lexicon: Lexicon, form: str) -> None:
    assert found(lexicon, f"бұл {form} емес") == [(form, "fruit", False)]


def test_kazakh_speech_inflects_russian_words_its_own_way(lexicon: Lexicon) -> None:
    assert found(lexicon, "грушалар бар") == [("грушалар", "fruit", False)]


def test_a_known_word_takes_no_ending_of_another_word(lexicon: Lexicon) -> None:
    assert found(lexicon, "алмаз и сатана, грушевый") == []


def test_an_exact_term_has_one_form(lexicon: Lexicon) -> None:
    assert found(lexicon, "слива сливы") == [("слива", "fruit", False)]


def test_a_phrase_hides_the_words_inside_it(lexicon: Lexicon) -> None:
    assert found(lexicon, "яблоки в тесте, яблоки") == [
        ("яблоки в тесте", "kitchen", False),
        ("яблоки", "fruit", False),
    ]
    assert found(lexicon, "apple-pie") == [("apple-pie", "kitchen", False)]


def test_everyday_words_are_marked_weak(lexicon: Lexicon) -> None:
    assert found(lexicon, "косточки") == [("косточки", "fruit", True)]


def test_a_star_takes_any_ending(lexicon: Lexicon) -> None:
    assert found(lexicon, "corerless") == [("corerless", "kitchen", False)]


def test_russian_words_are_found_in_latin_letters(lexicon: Lexicon) -> None:
    assert found(lexicon, "svezhie yabloki") == [("yabloki", "fruit", False)]


def test_long_stems_are_found_in_words_run_together(lexicon: Lexicon) -> None:
    assert found(lexicon, "купитьяблокодешево") == [("купитьяблокодешево", "fruit", False)]


def test_the_digest_follows_the_content() -> None:
    one, two = Lexicon.parse({"a.toml": TEXT}), Lexicon.parse({"a.toml": TEXT + "\n"})
    assert one.digest != two.digest
    assert one.digest == Lexicon.parse({"a.toml": TEXT}).digest


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[a", "a.toml is not TOML"),
        ("a = 1", "'a' is not a table"),
        ('[a]\nkind = "nothing"', "kind 'nothing'"),
        ('[a]\nkind = "trade"\nfr = "pomme"', "wrong key 'fr'"),
        ('[a]\nkind = "trade"\nru = 3', "wrong key 'ru'"),
        ('[a]\nkind = "trade"\nru = "яблоко, --"', "term ' --'"),
    ],
)
def test_a_broken_lexicon_is_refused_by_name(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        Lexicon.parse({"a.toml": text})


def test_one_table_in_two_files_is_refused() -> None:
    with pytest.raises(InputError, match=r"b\.toml: table \[fruit\] occurs twice"):
        Lexicon.parse({"a.toml": TEXT, "b.toml": TEXT})


def test_every_kind_has_a_value() -> None:
    assert len({kind.value for kind in TermKind}) == len(TermKind)
