"""Which word was meant: disguised spellings read by a list of frequent words.

A digit, a look-alike letter or transliteration leaves several readings of a letter; of all readings
of a word the one is right that is a word. ``words.txt.gz`` holds Russian and Kazakh forms, the most
frequent first; ``classifiers.training.wordlist`` makes it.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import product
from math import log

FILE = "words.txt.gz"
LANGUAGES = ("ru", "kk")
# Of a word of more readings the usual one alone is tried: so many doubtful letters say nothing.
_MOST_READINGS = 96
# What a letter that is read otherwise than usual costs: a word must be seven times as frequent.
_UNUSUAL = 2.0
# Where letters are parted into words: what one word more costs, what one that is not on the list
# does, with each of its letters, and the longest of the list.
_A_WORD, _UNKNOWN, _UNKNOWN_LETTER, _LONGEST = 3.0, 12.0, 1.5, 24
# Longer rows of letters are no words pulled apart.
_MOST_LETTERS = 120

#: What a digit inside a Cyrillic word stands for; the usual reading first.
DIGITS: Mapping[str, Sequence[str]] = {
    "0": ("о", "ө"), "1": ("и", "і", "л"), "3": ("е", "з", "э"), "4": ("а", "ч"), "6": ("б",),
    "8": ("в",), "9": ("д", "я"),
}  # fmt: skip
#: What a Latin letter inside a Cyrillic word stands for, where that is not one letter alone.
TWINS: Mapping[str, Sequence[str]] = {"i": ("и", "і"), "n": ("п", "н"), "h": ("н", "һ")}

_FOLDED = str.maketrans("әғқңөұүіһэ", "агкноууихе", "ьъ")
_LEAST_STEM = 4
_FRONT = re.compile("[әеөүі]")
# What an ending that lost its Kazakh letters was, after a stem of front and of back vowels.
_AFTER_FRONT = ((re.compile("и"), "і"), (re.compile("ні(?=з)"), "ңі"))
_AFTER_BACK = (
    (re.compile("г"), "ғ"), (re.compile("к"), "қ"), (re.compile("ны(?=з)"), "ңы"),
)  # fmt: skip
_GENITIVE = re.compile("(?<=[ндт][ыі])н$")


@dataclass(frozen=True, slots=True)
class _Words:
    """The forms of one language: ``cost`` is the logarithm of a form's rank, ``forms`` the most
    frequent one by what Latin letters leave of it."""

    cost: Mapping[str, float]
    forms: Mapping[str, str]

    def unfolded(self, text: str) -> str | None:
        """The form that ``text`` is what is left of."""
        return self.forms.get(folded(text))


def packed(words: Mapping[str, Sequence[str]]) -> bytes:
    """The list of ``words`` by language as it is stored; the same words give the same bytes."""
    text = "\n\n".join("\n".join(words[lang]) for lang in LANGUAGES)
    return gzip.compress(text.encode(), 9, mtime=0)


@lru_cache(maxsize=1)
def _lists() -> Mapping[str, _Words]:
    text = gzip.decompress((resources.files("classifiers") / FILE).read_bytes()).decode()
    return {
        lang: _of(forms.split()) for lang, forms in zip(LANGUAGES, text.split("\n\n"), strict=True)
    }


def _of(listed: Sequence[str]) -> _Words:
    forms: dict[str, str] = {}
    for form in listed:
        forms.setdefault(folded(form), form)
    return _Words({form: log(rank) for rank, form in enumerate(listed, 1)}, forms)


def folded(word: str) -> str:
    """A lower-case ``word`` without what Latin letters cannot tell: soft and hard signs, and the
    letters that only Kazakh has."""
    return word.translate(_FOLDED)


def is_word(text: str) -> bool:
    """Whether ``text``, in lower case, is a frequent word of either language."""
    return any(text in words.cost for words in _lists().values())


def is_folded(text: str) -> bool:
    """Whether ``text`` is what Latin letters leave of a frequent word of either language."""
    return any(folded(text) in words.forms for words in _lists().values())


def meant(parts: Sequence[Sequence[str]]) -> str | None:
    """The most frequent word that ``parts`` can be read as, one reading of each part, where less
    usual readings (later ones) count for less; None where no reading is a word."""
    found = [_cheapest(parts, words, lambda text: text) for words in _lists().values()]
    return min((one for one in found if one), default=(0.0, None))[1]


def meant_in_latin(parts: Sequence[Sequence[str]], *, kazakh: bool) -> str | None:
    """As ``meant``, for readings in which soft signs and Kazakh letters are lost: a word of the
    language of the text, else of the other one."""
    for lang in LANGUAGES[::-1] if kazakh else LANGUAGES:
        words = _lists()[lang]
        if found := _cheapest(parts, words, words.unfolded):
            return found[1]
    return None


def with_kazakh_ending(reading: str) -> str:
    """A Kazakh word that is not on the list, read letter by letter: its beginning by the list,
    where that has four letters of it or more, and its ending by the harmony of vowels."""
    forms = _lists()["kk"].forms
    for end in range(len(reading) - 1, _LEAST_STEM - 1, -1):
        if stem := forms.get(folded(reading[:end])):
            ending = reading[end:]
            for pattern, letters in _AFTER_FRONT if _FRONT.search(stem) else _AFTER_BACK:
                ending = pattern.sub(letters, ending)
            return stem + _GENITIVE.sub("ң", ending)
    return reading


def _cheapest(
    parts: Sequence[Sequence[str]], words: _Words, form_of: Callable[[str], str | None]
) -> tuple[float, str] | None:
    found = [
        (words.cost[form] + _UNUSUAL * unusual, form)
        for unusual, reading in _readings(parts)
        if (form := form_of(reading)) and form in words.cost
    ]
    return min(found, default=None)


def _readings(parts: Sequence[Sequence[str]]) -> Iterator[tuple[int, str]]:
    count = 1
    for part in parts:
        count *= len(part)
    if count > _MOST_READINGS:
        yield 0, "".join(part[0] for part in parts)
        return
    for chosen in product(*(tuple(enumerate(part)) for part in parts)):
        yield sum(place > 0 for place, _ in chosen), "".join(text for _, text in chosen)


def parted(letters: str) -> tuple[str, ...]:
    """``letters`` as words: itself when it is one, very long or nothing better is known, else the
    most frequent words of one language that it is made of."""
    if is_word(letters) or not 0 < len(letters) <= _MOST_LETTERS:
        return (letters,)
    found = [_made_of(letters, words.cost) for words in _lists().values()]
    whole = (_UNKNOWN + _UNKNOWN_LETTER * len(letters), (letters,))
    return min(one for one in (*found, whole) if one)[1]


def _made_of(letters: str, cost: Mapping[str, float]) -> tuple[float, tuple[str, ...]] | None:
    best: list[tuple[float, tuple[str, ...]] | None] = [(0.0, ())]
    for end in range(1, len(letters) + 1):
        ways = [
            (before[0] + cost[letters[at:end]] + _A_WORD, (*before[1], letters[at:end]))
            for at in range(max(0, end - _LONGEST), end)
            if (before := best[at]) and letters[at:end] in cost
        ]
        best.append(min(ways, default=None))
    return best[-1]
