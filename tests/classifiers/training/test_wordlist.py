"""The list of frequent words: of each language apart, and nothing that stands in few texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from classifiers.rows import Row
from classifiers.training.wordlist import frequent_words, main, words_by_language
from domain.assessment import Label
from domain.errors import InputError


def row(text: str, lang: str) -> Row:
    return Row(text, Label.OTHER, lang, "some")


def test_words_of_four_texts_or_more_the_most_frequent_first() -> None:
    texts = ["Дом и сад"] * 4 + ["сад, сад, сад"] + ["тайна тайна тайна тайна"] * 3
    assert frequent_words(texts) == ["сад", "дом", "и"]


def test_disguised_words_codes_and_latin_ones_are_no_words() -> None:
    assert frequent_words(["д0м дoм x5 дом5 house ёлка"] * 5) == ["елка"]


def test_mixed_texts_count_for_both_languages() -> None:
    rows = [row("сад", "ru")] * 3 + [row("бақ", "kk")] * 4 + [row("сад бақ", "mixed")] * 2
    assert words_by_language(rows) == {"ru": ["сад"], "kk": ["бақ"]}
    assert words_by_language([row("сад", "en")] * 9) == {"ru": [], "kk": []}


def test_what_is_no_pack_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        main(tmp_path / "nothing")
