"""Names as they are written in the other script: Ольга and Olga, Айгүл and Aigul. Pure.

Patterns rather than one spelling: people transliterate as they like. The table holds what is common
in Kazakhstan, of GOST 7.79, of passports (ICAO Doc 9303), and of chats.
"""

from __future__ import annotations

import re

_TO_LATIN = {
    **{"а": "a", "б": "b", "в": "[vw]", "г": "gh?", "д": "d", "з": "z", "и": "[iy]", "к": "[kcq]"},
    **{"л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t"},
    **{"у": "[uw]", "ф": "f", "е": "(?:y?e|ie)", "ё": "(?:y?o|jo|e)", "ж": "(?:zh|j)"},
    **{"й": "[yij]", "х": "(?:kh?|h|x)", "ц": "(?:ts|c|tz)", "ч": "(?:ch|4)", "ш": "(?:sh|w)"},
    **{"щ": "(?:sh?ch|sh)", "ы": "[yi]", "ъ": "['’]?", "ь": "['’]?", "э": "e"},
    **{"ю": "(?:[yij]?u)", "я": "(?:[yij]?a)", "ә": "(?:ae?|e)", "і": "[iy]", "ң": "ng?"},
    **{"ғ": "gh?", "ү": "u", "ұ": "u", "қ": "[kq]", "ө": "oe?", "һ": "h"},
}
_TO_CYRILLIC = {
    **{"shch": "щ", "sch": "щ", "zh": "ж", "kh": "х", "ts": "ц", "ch": "ч", "sh": "ш"},
    **{"yu": "ю", "ya": "я", "yo": "ё", "ye": "е", "iu": "ю", "ia": "(?:и?я|иа)", "gh": "ғ"},
    **{"a": "[аәя]", "b": "б", "c": "[кс]", "d": "д", "e": "[еэәё]", "f": "ф", "g": "[гғ]"},
    **{"h": "[хһг]", "i": "[иійы]", "j": "(?:ж|й|дж)", "k": "[кқ]", "l": "л", "m": "м"},
    **{"n": "[нң]", "o": "[оө]", "p": "п", "q": "[қк]", "r": "р", "s": "с", "t": "т"},
    **{"u": "[уұүю]", "v": "в", "w": "[вуш]", "x": "(?:кс|х)", "y": "[йыуиі]", "z": "з"},
}
_LETTERS = re.compile("|".join(sorted(_TO_CYRILLIC, key=len, reverse=True)))
_VOWELS = "аеёиоуыэюяйьәіөұүaeiouy"
#: Endings that names take, so that a Марк does not blank the market.
_IN_LATIN = "(?:y?a|y?u|e|y|i|oy|oi|oyu|om|em|ey|ym|ami|ga|ge|da|de|nyn|nin)?"
_IN_CYRILLIC = "(?:а|я|у|ю|е|ы|и|ой|ою|ом|ем|ей|ым|ами|ға|ге|да|де|ның|нің)?"
#: Shorter words mean too much else in the other script.
_SHORTEST = 4


def spelled_otherwise(word: str) -> str:
    """A pattern of ``word`` in the other script as a word of its own, with another ending too;
    empty where it is short, or not of one script."""
    small = word.casefold()
    if len(small) < _SHORTEST:
        return ""
    stem = small[:-1] if len(small) > _SHORTEST and small[-1] in _VOWELS else small
    if all(letter in _TO_LATIN for letter in stem):
        spelled = "".join(_TO_LATIN[letter] for letter in stem) + _IN_LATIN
    elif stem.isascii() and stem.isalpha():
        spelled = "".join(f"{_TO_CYRILLIC[one]}ь?" for one in _LETTERS.findall(stem))
        spelled += _IN_CYRILLIC
    else:
        return ""
    return rf"(?<!\w){spelled}(?!\w)"
