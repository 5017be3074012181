"""Brings obfuscated text back to plain lower-case words, and remembers the original offsets.

The order matters: Unicode first (so that later patterns see plain letters), then placeholders
(so that no letter of an address is taken for a word), then spelling tricks inside words, then
letters pulled apart. Every step is one pass of a pattern without nested repetition.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from classifiers.aligned import Aligned
from classifiers.confusables import (
    EMOJI_LETTERS,
    EMOJI_WORDS,
    LATIN_LOOKALIKES,
    MARKS,
    NOT_CYRILLIC,
    VOWELS,
)
from classifiers.latin import ANY_WORD, STAYS_LATIN, WORD, in_cyrillic, is_transliterated
from domain.cards import MASKED
from domain.confusables import (
    CYRILLIC_DIGITS,
    CYRILLIC_TELLS,
    LATIN_DIGITS,
    LATIN_TELLS,
    READ_AS_LATIN,
)

# Placeholders are upper-case, which nothing else is after normalisation.
HOST, ONION, HANDLE, MAIL, PHONE, WALLET, NUMBER, CARD = (
    "HOST", "ONION", "HANDLE", "MAIL", "PHONE", "WALLET", "NUMBER", "CARD",
)  # fmt: skip

_PLAIN = "\t\n\r -~«»—–…№•·’‘“”₽₸€£¥°±×ÀА-яЁёҐґЄєІіЇїЎўӘәҒғҚқҢңӨөҰұҮүҺһ"
_ODD_CLUSTER = re.compile(
    f"[^{_PLAIN}][\u0300-\u036f\u0483-\u0489]*|[{_PLAIN}][\u0300-\u036f\u0483-\u0489]+"
)
_MAX_MARKS = 4
# So many characters tell in which letters a text is written.
_TOLD_BY = 20_000
_EMOJI_INSIDE = re.compile(r"(?<=[^\W\d_])\x00+(?=[^\W\d_])")
_MARKUP = re.compile(
    r"</?[a-z][a-z0-9]{0,9}(?:\s+[a-z-]{1,20}=[\"']?)?|\[/?(?:url|b|i|u|img|color|size|quote)\b=?|&[a-z]{2,8};",
    re.I,
)
# A path of at least three words ("/kupit-gashish-almaty.html") is text like any other.
_PATH_WORDS = re.compile(r"[/?=](?:[^\W\d_]{3,}[-_+ ]){2,}[^\W\d_]{3,}")
_ADDRESS = re.compile(
    r"(?P<mail>[\w.+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,4})"
    r"|(?P<pack>\[(?P<tag>phone|wallet|number|id|token|card|pgp_block)[^\]\s]{0,40}\])"
    r"|(?P<telegram>(?:https?://)?(?:t\.me|telegram\.me|telegram\.dog)/[\w+/?=&-]{1,128}|tg://[\w+/?=&-]{1,128})"
    r"|(?P<onion>(?:https?://)?(?:[a-z0-9-]{1,63}\.)?[a-z2-7]{8,56}\.onion(?:[/:?#][^\s<>\"')\]]{0,2000})?)"
    r"|(?P<host>https?://[^\s<>\"'\])]{1,2000}|www\.[^\s<>\"'\])]{1,2000}"
    r"|(?<![\w.-])(?:[a-z0-9-]{1,63}\.){1,4}(?:com|net|org|ru|kz|su|info|biz|io|me|top|shop|xyz|online|site|cc|to|example|test|club|store|pro|link|ws|ua|by|uz|kg|de|uk|us|eu|tv|app|dev|gg|onl|live|space|website|fun|market|is|in|cn)(?![\w-])(?:[/:?#][^\s<>\"'\])]{0,2000})?)"
    r"|(?P<handle>(?<![\w@])@[a-z][\w]{2,40})",
    re.I,
)  # fmt: skip
_LONG = re.compile(
    r"(?<![\w])(?P<wallet>0x[0-9a-f]{40}|bc1[02-9ac-hj-np-z]{20,80}|(?:ltc1)[02-9ac-hj-np-z]{20,80}"
    r"|[13LMT][1-9A-HJ-NP-Za-km-z]{25,34}|4[0-9AB][1-9A-HJ-NP-Za-km-z]{93})(?![\w])"
    r"|(?<![\w])(?P<phone>(?:\+\d{1,3}|8)[ (.-]{0,2}\d{3}[) .-]{0,2}\d{3}(?:[ .-]?\d{2}){2})(?!\d)"
    r"|(?<![\w])(?P<card>\d{4}([ -]?)\d{4}\4\d{4}\4\d{4})(?!\d)"
    rf"|(?P<masked>{MASKED.pattern})"
    r"|(?<![\w])(?P<number>\d{7,})(?!\w)"
    r"|(?<![\w])(?P<token>(?=[0-9a-z]{0,38}\d)[0-9a-f]{24,512})(?!\w)",
    re.I,
)  # fmt: skip
# An exclamation mark stands for a letter within a word alone: at its end it is punctuation.
_WORDLIKE = re.compile(r"[^\W_]+(?:[@$!*'`^~|_+][^\W_]+)*[@$]?")
_SPACED = re.compile(
    r"(?<![^\W_])[^\W\d_](?P<gap>[ .\-*|/·•,~+])[^\W\d_](?:(?P=gap)[^\W\d_]){2,}(?![^\W_])"
    r"|(?<![^\W_])[^\W\d_](?:[_][^\W\d_]){3,}(?![^\W_])"
)
_LATIN_AMONG_CYRILLIC = re.compile(r"(?<=[а-я] )[aceopxhkmtyb]{1,8}(?=[ ,.!?][ ]?[а-я])")
_UNIT = re.compile(
    r"\d+(?:г|гр|грам\w*|мг|мл|шт\w*|тг|тенге|руб\w*|р|кг|л|g|gr|gram\w*|mg|ml|kg|pcs|x|k|к|т|usd|грн|"
    r"час\w*|дн\w*|мин\w*|лет|год\w*|сек\w*|м|см|мм|км|см\w*|й|я|го|ый|ая|ое|th|st|nd|rd|oz|lb|lbs|mcg|мкг|"
    r"ug|таб\w*|tabs?|pills?|ct|h|hr|d|m|cm|мин|жыл\w*|күн\w*|мың|дана)"
)  # fmt: skip


def normalise(text: str) -> Aligned:
    """``text`` as models read it: undisguised, Russian and Kazakh in Cyrillic letters, aligned to
    the original. See ``undisguised`` and ``cyrillic``."""
    return cyrillic(undisguised(text))


def cyrillic(aligned: Aligned) -> Aligned:
    """Latin words in Cyrillic letters where together they are Russian or Kazakh, not English."""
    words = WORD.findall(aligned.text[:_TOLD_BY])
    if not is_transliterated(words):
        return aligned
    return aligned.sub(
        ANY_WORD, lambda m: m.group() if m.group() in STAYS_LATIN else in_cyrillic(m.group())
    )


def undisguised(text: str) -> Aligned:
    """``text`` in lower case with its disguises off, aligned to the original.

    Lone surrogates, control and invisible characters become nothing or a space; hosts, handles,
    phones, wallets and long numbers become the upper-case placeholders above.
    """
    aligned = Aligned.of(text).sub(_ODD_CLUSTER, lambda m: _unicode(m.group()))
    aligned = aligned.sub(_EMOJI_INSIDE, _join_or_part)
    aligned = aligned.same_length(_lower(aligned.text.replace("\x00", " ")))
    aligned = aligned.sub(_MARKUP, lambda m: " ")
    aligned = aligned.sub(_ADDRESS, _address).sub(_LONG, _long)
    aligned = aligned.sub(_WORDLIKE, lambda m: _word(m.group()))
    aligned = aligned.sub(_SPACED, lambda m: _word("".join(m.group()[::2])))
    return aligned.sub(_LATIN_AMONG_CYRILLIC, _all_lookalikes)


@lru_cache(maxsize=1 << 14)
def _unicode(cluster: str) -> str:
    head, marks = cluster[0], cluster[1 : 1 + _MAX_MARKS]
    if head in EMOJI_WORDS:
        return f" {EMOJI_WORDS[head]} "
    if head in EMOJI_LETTERS:
        return EMOJI_LETTERS[head]
    plain = unicodedata.normalize("NFKC", head + marks).lower()
    kept = "".join(
        c for c in plain if unicodedata.category(c) not in {"Mn", "Cf", "Cs", "Me", "Cc"}
    )
    if kept and unicodedata.category(kept[0]) in {"So", "Sk", "Co", "Cn"}:
        return "\x00"
    return kept


def _join_or_part(match: re.Match[str]) -> str:
    # "меф🍬едрон" is one word, "Гашиш🍫Мефедрон" are two: the case of what follows tells.
    return "" if match.string[match.end()].islower() else " "


def _lower(text: str) -> str:
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    return lowered.replace("ё", "е")


def _address(match: re.Match[str]) -> str:
    kind = match.lastgroup
    if kind == "tag" or kind == "pack":
        return _PACK_TAGS.get((match.group("tag") or "").lower(), NUMBER)
    if kind == "host" and (words := _PATH_WORDS.search(match.group())):
        return f"{HOST} {words.group()[1:]}"
    return {"mail": MAIL, "telegram": HANDLE, "handle": HANDLE, "onion": ONION}.get(
        kind or "", HOST
    )


_PACK_TAGS = {"phone": PHONE, "wallet": WALLET, "card": CARD}


def _long(match: re.Match[str]) -> str:
    if match.group("wallet"):
        return WALLET
    if match.group("phone"):
        return PHONE
    return CARD if match.group("card") or match.group("masked") else NUMBER


@lru_cache(maxsize=1 << 16)
def _word(word: str) -> str:
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
    if letters < 3 or digits * 2 > letters or (word[-1].isdigit() and letters < 4):
        return word
    if re.search(r"\d{3}", word):
        return word
    if not _is_cyrillic(word):
        return "".join(LATIN_DIGITS.get(c, c) for c in word)
    return "".join(_cyrillic_letter(word, at) for at in range(len(word)))


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
        return "".join(LATIN_LOOKALIKES.get(c, c) for c in word)
    return "".join(READ_AS_LATIN.get(c, c) for c in word)


def _all_lookalikes(match: re.Match[str]) -> str:
    # A Latin word without one tell-tale letter, between Cyrillic words, was meant to be read so.
    word = match.group()
    return word if word in NOT_CYRILLIC else "".join(LATIN_LOOKALIKES[c] for c in word)
