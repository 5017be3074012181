"""The language of a text by its letters: ``ru``, ``kk``, ``en``, ``mixed`` or empty."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W\d_]{2,}")
# Letters that only Kazakh has, its plural, and frequent words that have neither.
_KAZAKH = re.compile(
    r"[әғқңөұүіһ]|(?<!дол)лар(?:ды|да|дан|дың|ы)?$"
    r"|^(?:бар|керек|жаз|жазыңыз|дайын|сатамыз|алмаймыз|мен|бойынша|мына|барлы\w+|сатамын|жоқ|болады|емес)$"
)
_CYRILLIC = re.compile(r"[а-яё]")
# Shares of Cyrillic words with a letter that only Kazakh has: running Kazakh has about half.
_KAZAKH_FROM, _MIXED_FROM = 0.25, 0.06
_MAX_WORDS = 2000


def language_of(text: str) -> str:
    """The language of normalised ``text``; ``mixed`` where Russian and Kazakh alternate."""
    words = _WORD.findall(text[: 20 * _MAX_WORDS])[:_MAX_WORDS]
    words = [word for word in words if not word.isupper()]
    cyrillic = [word for word in words if _CYRILLIC.search(word)]
    if not words:
        return ""
    if len(cyrillic) * 2 < len(words):
        return "en"
    kazakh = sum(1 for word in cyrillic if _KAZAKH.search(word)) / len(cyrillic)
    if kazakh >= _KAZAKH_FROM:
        return "kk"
    return "mixed" if kazakh >= _MIXED_FROM else "ru"
