"""One spelling for a word, however it was disguised: what the index and a query are compared in.

Unicode NFKC, lower case, ``ё`` as ``е``, no stress marks and no invisible characters; a word of
two scripts goes into the one it was meant in; a lone digit inside a word becomes the letter it
looks like.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from domain.confusables import (
    CYRILLIC_DIGITS,
    CYRILLIC_TELLS,
    LATIN_DIGITS,
    LATIN_TELLS,
    READ_AS_CYRILLIC,
    READ_AS_LATIN,
    TWINS,
)

#: Characters that show nothing, or a mark on the letter before: they never part a word.
INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff"
    "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff"
)
#: Longer words (no language has them; addresses of some coins nearly do) are cut.
MAX_WORD = 128
_TO_CYRILLIC = str.maketrans({**READ_AS_CYRILLIC, "g": "г"})
_TO_LATIN = str.maketrans(dict(READ_AS_LATIN))
_CYRILLIC = re.compile("[а-яё\u0400-\u052f]")
_LATIN = re.compile("[a-z]")
# Taken for Latin here, though hasty writers put them for ``п``, ``г`` and ``и``.
_LATIN_TELLS = LATIN_TELLS | frozenset("nru")
_TELLS_KAZAKH = frozenset("әғқңөұүһ")
_TO_TWINS = str.maketrans(dict(TWINS))
_HAS_TWIN = frozenset(TWINS)
_INNER_DIGIT = re.compile(r"(?<=[^\W\d_])[03461578](?=[^\W\d_])")
# Addresses of coins and onions are longer than this, and their digits are digits.
_LONGEST_DISGUISE = 24
_SHORTEST_TWIN = 4


@lru_cache(maxsize=1 << 16)
def fold(word: str) -> str:
    """``word`` (letters, digits and what is invisible) in the one spelling; may be empty."""
    plain = unicodedata.normalize("NFKC", word).lower().replace("ё", "е")
    letters = "".join(char for char in plain if char.isalnum())[:MAX_WORD]
    if letters.isascii() and letters.isalpha():
        return letters
    return _one_script(_letters_for_digits(letters))


def latin_twin(folded: str) -> str:
    """The Latin letters that draw the same word as a Cyrillic one; empty when they do not.

    Short words are left out: ``тор`` is no reason to look for ``top``.
    """
    if len(folded) < _SHORTEST_TWIN or not _HAS_TWIN.issuperset(folded):
        return ""
    return folded.translate(_TO_TWINS)


def _letters_for_digits(word: str) -> str:
    if word.isalpha() or len(word) > _LONGEST_DISGUISE or sum(map(str.isalpha, word)) < 3:
        return word
    letters = CYRILLIC_DIGITS if _CYRILLIC.search(word) else LATIN_DIGITS
    return _INNER_DIGIT.sub(lambda match: letters.get(match[0], match[0]), word)


def _one_script(word: str) -> str:
    if not (_LATIN.search(word) and _CYRILLIC.search(word)):
        return word
    latin = sum(char in _LATIN_TELLS for char in word)
    if latin > sum(char in CYRILLIC_TELLS for char in word):
        return word.translate(_TO_LATIN)
    if _TELLS_KAZAKH.intersection(word):
        word = word.replace("i", "і")
    return word.translate(_TO_CYRILLIC)
