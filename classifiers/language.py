"""The language of a text by its letters: ``ru``, ``kk``, ``en``, ``mixed`` or empty; and the shares
of its words."""

from __future__ import annotations

import re
from collections import Counter

from classifiers.latin import WORD as LATIN_WORD
from classifiers.latin import is_kazakh_in_latin, is_transliterated
from domain.assessment import Languages

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


_SENTENCE = re.compile(r"[.!?\n]+")
_SHARE_OF_MIXED = 0.15
# In Kazakh text a sentence without a letter that only Kazakh has is Russian when it is this long.
_LONG_SENTENCE = 6


def languages_of(text: str) -> Languages:
    """The shares of words of normalised ``text``, counted sentence by sentence. Placeholders count
    for none."""
    text = text[: 20 * _MAX_WORDS]
    cyrillic = [one for one in _WORD.findall(text) if _CYRILLIC.search(one)]
    mostly_kazakh = _kazakh_share(cyrillic) >= 2 * _KAZAKH_FROM
    counts: Counter[str] = Counter()
    latin: list[str] = []
    for sentence in _SENTENCE.split(text):
        words = [one for one in _WORD.findall(sentence) if _CYRILLIC.search(one)]
        latin += LATIN_WORD.findall(sentence)
        if words:
            counts["kk" if _is_kazakh(words, mostly_kazakh) else "ru"] += len(words)
    transliterated = is_transliterated(latin)
    if latin:
        written = ("kk" if is_kazakh_in_latin(latin) else "ru") if transliterated else "en"
        counts[written] += len(latin)
    total = counts.total()
    shares = tuple((code, round(count / total, 3)) for code, count in counts.most_common())
    mixed = sum(share >= _SHARE_OF_MIXED for _, share in shares) > 1
    return Languages(shares, mixed, transliterated)


def _kazakh_share(cyrillic: list[str]) -> float:
    return sum(1 for word in cyrillic if _KAZAKH.search(word)) / max(len(cyrillic), 1)


def _is_kazakh(words: list[str], mostly: bool) -> bool:
    share = _kazakh_share(words)
    return share >= _KAZAKH_FROM or (mostly and len(words) < _LONG_SENTENCE)
