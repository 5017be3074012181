from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.folding import fold, latin_twin
from index.words import words_of


@pytest.mark.parametrize(
    "written",
    [
        "МЕФЕДРОН",
        "мeфeдpoн",  # Latin e, e, p, o
        "MEФEДPOH",
        "мефе\u200bд\u00adрон",
        "мефедро\u0301н",
        "м3федрон",
        "мефедр0н",
        "м е ф е д р о н",
        "м.е.ф.е.д.р.о.н",
        "м*е*ф*е*д*р*о*н",
    ],
)
def test_a_disguised_word_is_found_as_one_word_where_it_stands(written: str) -> None:
    (before, word, after) = words_of(f"есть {written}, да")
    assert word.text == "мефедрон"
    assert f"есть {written}, да"[word.start : word.end] == written
    assert (before.text, after.text) == ("есть", "да")


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Ёлка", "елка"),
        ("\u0438\u0306од", "йод"),
        ("𝐌𝐞𝐩𝐡", "meph"),
        ("ｍｅｐｈ", "meph"),
        ("mеphеdrоne", "mephedrone"),  # Cyrillic е, о
        ("дүкiн", "дүкін"),  # Latin i in a Kazakh word
        ("0xDEADBEEF", "0xdeadbeef"),
        ("mp3", "mp3"),
        ("x" * 500, "x" * 128),
    ],
)
def test_fold(written: str, folded: str) -> None:
    assert fold(written) == folded


def test_long_addresses_keep_their_digits() -> None:
    address = "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"
    assert [word.text for word in words_of(address)] == [address]


@pytest.mark.parametrize(
    ("word", "twin"), [("кокс", "kokc"), ("тор", ""), ("мефедрон", ""), ("coke", "")]
)
def test_latin_twin(word: str, twin: str) -> None:
    assert latin_twin(word) == twin


@given(st.text(max_size=200))
def test_any_text_has_words_in_order_and_within_it(text: str) -> None:
    end = 0
    for word in words_of(text):
        assert end <= word.start < word.end <= len(text)
        assert word.text.isalnum()
        end = word.end


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    for word in words_of(text):
        again = fold(word.text)
        assert fold(again) == again
