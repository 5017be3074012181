"""One word without its disguise: letters for digits and marks, and all of them of one alphabet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from classifiers.confusables import LATIN_LOOKALIKES, MARKS, NOT_CYRILLIC, VOWELS
from classifiers.spelling import DIGITS, TWINS, meant
from domain.confusables import (
    CYRILLIC_DIGITS,
    CYRILLIC_TELLS,
    LATIN_DIGITS,
    LATIN_TELLS,
    READ_AS_LATIN,
)

_UNIT = re.compile(
    r"\d+(?:г|гр|грам\w*|мг|мл|шт\w*|тг|тенге|руб\w*|р|кг|л|g|gr|gram\w*|mg|ml|kg|pcs|x|k|к|т|usd|грн|"
    r"час\w*|дн\w*|мин\w*|лет|год\w*|сек\w*|м|см|мм|км|см\w*|й|я|го|ый|ая|ое|th|st|nd|rd|oz|lb|lbs|mcg|мкг|"
    r"ug|таб\w*|tabs?|pills?|ct|h|hr|d|m|cm|мин|жыл\w*|күн\w*|мың|дана)"
)  # fmt: skip

# "соль1г": goods and their amount without a space.
_GLUED = re.compile(r"([^\W\d_]{3,24})([1-9]\d{0,3}(?:г|гр|шт|мг|мл|кг|тг|таб))")


@lru_cache(maxsize=1 << 16)
def undisguised_word(word: str) -> str:
    """A lower-case ``word`` with letters for its digits and marks, all of one alphabet.
    Placeholders, numbers and amounts stay as they are."""
    if word.isupper() or word.isdigit():
        return word
    if not word.isalnum():
        word = _without_marks(word)
    if not word.isalpha() and not _UNIT.fullmatch(word):
        word = _letters_for_digits(word)
    return _one_script(word)


def _without_marks(word: str) -> str:
    letters = sum(map(str.isalpha, word))
    if letters < 3 or "__" in word:
        return word
    return "".join(MARKS.get(c, c) for c in word)


def _letters_for_digits(word: str) -> str:
    digits = sum(map(str.isdigit, word))
    letters = len(word) - digits
    cyrillic = _is_cyrillic(word)
    inside = any(map(str.isdigit, word[:-1])) and digits <= letters
    if cyrillic and inside and letters >= 2 and (known := meant(_parts(word))):
        return known
    if cyrillic and (glued := _GLUED.fullmatch(word)):
        return f"{glued[1]} {glued[2]}"
    if letters < 3 or digits * 2 > letters or (word[-1].isdigit() and letters < 4):
        return word
    if re.search(r"\d{3}", word):
        return word
    if not cyrillic:
        return "".join(LATIN_DIGITS.get(c, c) for c in word)
    return "".join(_cyrillic_letter(word, at) for at in range(len(word)))


def _parts(word: str) -> list[Sequence[str]]:
    """What each character of a Cyrillic ``word`` may stand for."""
    return [
        DIGITS.get(char) or TWINS.get(char) or (LATIN_LOOKALIKES.get(char, char),) for char in word
    ]


def _cyrillic_letter(word: str, at: int) -> str:
    char = word[at]
    before, after = word[at - 1 : at] if at else "", word[at + 1 : at + 2]
    # 3 is drawn like both "з" and "е", 4 like "ч" and "а": the neighbours tell.
    if char == "3" and after in VOWELS and (not before or before in VOWELS):
        return "з"
    if char == "3" and not before:
        return "э"
    if char == "4" and (not before or before in VOWELS or after in VOWELS):
        return "ч"
    return CYRILLIC_DIGITS.get(char, char)


def _is_cyrillic(word: str) -> bool:
    cyrillic = sum(c in CYRILLIC_TELLS for c in word)
    latin = sum(c in LATIN_TELLS for c in word)
    if cyrillic == latin:
        among = sum("Ѐ" <= c <= "ӿ" for c in word)
        return among * 2 >= sum(map(str.isalpha, word))
    return cyrillic > latin


def _one_script(word: str) -> str:
    has_latin = any("a" <= c <= "z" for c in word)
    if not has_latin or not any("Ѐ" <= c <= "ӿ" for c in word):
        return word
    if _is_cyrillic(word):
        return meant(_parts(word)) or "".join(LATIN_LOOKALIKES.get(c, c) for c in word)
    return "".join(READ_AS_LATIN.get(c, c) for c in word)


def in_twins(word: str) -> str:
    """A Latin ``word`` of letters that Cyrillic has, too, as the Cyrillic word that was meant; as
    it is where there is none, and where English has one."""
    if len(word) == 1:
        return LATIN_LOOKALIKES[word]
    return word if word in NOT_CYRILLIC else meant(_parts(word)) or word


def all_twins(word: str) -> str:
    """As ``in_twins``, for a word between Cyrillic ones, which was meant so, known or not."""
    return word if word in NOT_CYRILLIC else "".join(LATIN_LOOKALIKES[char] for char in word)
