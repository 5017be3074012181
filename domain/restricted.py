"""The child-abuse lexicon: terms kept only as keyed digests, so that the list itself is no harm.

Each entry is BLAKE2b (RFC 7693, 8 bytes) of one normalised word, or of two joined by a space,
under the key that stands in the same file.
"""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from hashlib import blake2b

from domain.errors import InputError

_WORD = re.compile(r"[^\W_]+")
_HEX = re.compile(r"[0-9a-f]{16}")


def term_digest(term: str, key: str) -> str:
    """The digest under which ``term`` (lower-case, words separated by one space) is listed."""
    return blake2b(term.encode(), digest_size=8, key=key.encode()).hexdigest()


class RestrictedTerms:
    """Tells whether normalised text holds a listed term."""

    def __init__(self, key: str, first: frozenset[str], whole: frozenset[str]) -> None:
        self._key, self._first, self._whole = key, first, whole
        self._starts = lru_cache(maxsize=1 << 15)(self._may_start)

    def found_in(self, text: str) -> bool:
        """Whether a listed word, or two words in a row, stand in normalised ``text``."""
        words = _WORD.findall(text)
        for at, word in enumerate(words):
            if not self._starts(word):
                continue
            pair = " ".join(words[at : at + 2])
            if {term_digest(word, self._key), term_digest(pair, self._key)} & self._whole:
                return True
        return False

    def _may_start(self, word: str) -> bool:
        return term_digest(word, self._key) in self._first


def parse_restricted(text: str) -> RestrictedTerms:
    """The list in TOML ``text``: ``key``, ``first`` (digests of first words), ``terms``.

    Raises InputError when a digest is none.
    """
    parsed = tomllib.loads(text)
    key = str(parsed.get("key", ""))
    first, terms = frozenset(parsed.get("first", ())), frozenset(parsed.get("terms", ()))
    wrong = [one for one in first | terms if not isinstance(one, str) or not _HEX.fullmatch(one)]
    if not key or wrong:
        raise InputError(f"restricted lexicon: no key, or entries that are no digests: {wrong}")
    return RestrictedTerms(key, first, terms)
