"""The words of the rule about who advertises come from a file, and a broken file is named."""

from __future__ import annotations

import pytest

from channels.advertising_words import parse_words, words
from domain.errors import InputError

TABLES = "\n".join(f"[{name}]\nwords = ['{name}x\\w*']" for name in ("orders", "asks", "tells"))
REST = "\n[quotes]\nwords = ['q']\n[jokes]\nwords = ['j']"


def test_words_are_whole_and_case_does_not_count() -> None:
    found = parse_words(TABLES + REST)
    assert found.orders.search("так, ORDERSXy!")
    assert not found.orders.search("reordersx")
    assert found.asks.search("почём?")
    assert found.jokes.search("да))")
    assert len(found.not_offering) == 4


@pytest.mark.parametrize(
    "text", [TABLES, TABLES + "\n[quotes]\nwords = ['(']\n[jokes]\nwords = []"]
)
def test_what_is_missing_or_broken_is_named(text: str) -> None:
    with pytest.raises(InputError, match=r"\[quotes\]"):
        parse_words(text)


def test_those_that_ship_are_read_once() -> None:
    assert words() is words()
    assert words().orders.search("пиши в лс")
