"""A light stemmer for Kazakh nouns: number, possession and case come off, derivation stays.

Which form of a suffix may stand where follows from the sound before it and from vowel harmony
(the noun paradigms of standard Kazakh grammar); that keeps the stemmer off most Russian and
English words. The rules are regular expressions that Python and Java read alike, so that an
Elasticsearch analyzer applies the very same ones.
"""

from __future__ import annotations

import re
from functools import lru_cache

_BACK, _FRONT, _NEUTRAL = "аоұыяё", "әеөүіэ", "иую"
_VOWELS = _BACK + _FRONT + _NEUTRAL
_VOICELESS = "пфкқтсшщхцчһбвгд"  # voiced stops at a word's end are spoken, and inflected, so
_MOST_SUFFIXES = 5
#: Nouns with all their suffixes are shorter; anything longer is an address or a file name.
MAX_WORD = 40
#: What a stem's final consonant becomes again when the vowel after it is gone.
UNVOICED = {"б": "п", "г": "к", "ғ": "қ"}
#: What keyboards without the Kazakh letters put in their place.
PLAIN_LETTERS = dict(zip("әғқңөұүһі", "агкноуухи", strict=True))


def _suffixes(low: str, high: str, gh: str, q: str) -> str:
    """One harmony class: ``low`` is а or е, ``high`` ы or і, ``gh`` and ``q`` its velars."""
    vowel, consonant = f"(?<=[{_VOWELS}])", f"(?<=[^{_VOWELS}])"
    voiceless, voiced = f"(?<=[{_VOICELESS}])", f"(?<=[^{_VOICELESS}])"
    ours = f"{high}з"
    plural = f"(?<=[{_VOWELS}рй])л{low}р|(?<=[лмнңзж])д{low}р|{voiceless}т{low}р"
    mine_yours = f"{consonant}{high}[мң](?:{ours}|{low})?|{vowel}[мң]{ours}"
    theirs = (
        f"(?:{consonant}|{vowel}с){high}(?:н{low}н|нд{low}(?:{gh}{high})?|н{low}|н(?!{high}ң))?"
    )
    genitive = f"(?<=[{_VOWELS}мнң])н{high}ң|(?<=[лрйзжую])д{high}ң|{voiceless}т{high}ң"
    dative = f"{voiced}{gh}{low}|{voiceless}{q}{low}"
    accusative = f"{vowel}н{high}|(?<=[лрйзжмнңую])д{high}|{voiceless}т{high}"
    locative = f"{voiced}д{low}(?:{gh}{high})?|{voiceless}т{low}(?:{gh}{high})?"
    ablative = f"(?<=[{_VOWELS}лрйзж])д{low}н|(?<=[мнң])н{low}н|{voiceless}т{low}н"
    means = f"(?<=[{_VOWELS}лрймнң])мен|(?<=[зж])бен|{voiceless}пен"
    return "|".join(
        (plural, mine_yours, theirs, genitive, dative, accusative, locative, ablative, means)
    )


def _ending(vowels: str, suffixes: str) -> str:
    """What may come off where the last vowel before it is of the suffixes' harmony."""
    last, rest = f"[{vowels}{_NEUTRAL}]", f"[^{_VOWELS}]"
    harmony = "|".join(f"(?<={last}{rest * n})" for n in range(4))
    # The bound on repetitions keeps a hostile word from costing exponential time.
    return f"(?:{harmony})(?:{suffixes}){{1,{_MOST_SUFFIXES}}}"


#: Group 1 is the stem: the shortest of three letters or more.
INFLECTED = (
    f"^(?=.{{4,{MAX_WORD}}}$)(.{{3,}}?)(?:{_ending(_BACK, _suffixes('а', 'ы', 'ғ', 'қ'))}"
    f"|{_ending(_FRONT, _suffixes('е', 'і', 'г', 'к'))})$"
)
#: ``дүкені`` is *his shop*, and could be the accusative of ``дүке``: the н goes in all forms alike.
FINAL_N = f"(?<=..[{_VOWELS}])н$"
#: The whole stemmer as (pattern, replacement) pairs in Java's notation, to be applied in order.
RULES = (
    (INFLECTED, "$1"),
    *((f"{voiced}$", voiceless) for voiced, voiceless in UNVOICED.items()),
    (FINAL_N, ""),
    *PLAIN_LETTERS.items(),
)
_INFLECTED, _FINAL_N = re.compile(INFLECTED), re.compile(FINAL_N)
_TO_PLAIN = str.maketrans(PLAIN_LETTERS)


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """What ``word`` (folded) shares with its other forms, in letters that any keyboard has."""
    match = _INFLECTED.match(word)
    if match:
        word = match[1]
    word = word[:-1] + UNVOICED.get(word[-1:], word[-1:])
    return _FINAL_N.sub("", word).translate(_TO_PLAIN)
