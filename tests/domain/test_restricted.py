"""The child-abuse lexicon is kept as digests and found all the same."""

from pathlib import Path

import pytest

from domain.errors import InputError
from domain.restricted import parse_restricted, term_digest

ROOT = Path(__file__).resolve().parents[2]
KEY = "test"


def written(*terms: str) -> str:
    first = [term_digest(term.split()[0], KEY) for term in terms]
    return f'key = "{KEY}"\nfirst = {first}\nterms = {[term_digest(t, KEY) for t in terms]}'


def test_single_words_and_pairs_are_found() -> None:
    terms = parse_restricted(written("foo", "bar baz"))
    assert terms.found_in("a foo b")
    assert terms.found_in("bar, baz")
    assert not terms.found_in("bar qux baz")
    assert not terms.found_in("")


def test_what_is_no_digest_is_refused() -> None:
    with pytest.raises(InputError, match="no digests"):
        parse_restricted('key = "k"\nfirst = []\nterms = ["plain word"]')


def test_a_list_without_a_key_is_refused() -> None:
    with pytest.raises(InputError, match="no key"):
        parse_restricted("first = []\nterms = []")


def test_the_file_that_ships_holds_no_plain_word() -> None:
    text = (ROOT / "config" / "lexicons" / "restricted.toml").read_text("utf-8")
    assert parse_restricted(text)
    assert not any("а" <= char <= "я" for char in text.split("\n", 2)[2].lower())
