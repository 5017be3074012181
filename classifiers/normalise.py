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
from classifiers.confusables import EMOJI_LETTERS, EMOJI_WORDS
from classifiers.latin import (
    ANY_WORD,
    STAYS_LATIN,
    UNIT,
    WITH_DIGITS,
    WORD,
    digits_in_cyrillic,
    in_cyrillic,
    is_kazakh_in_latin,
    is_transliterated,
)
from classifiers.plain_words import all_twins, in_twins, undisguised_word
from classifiers.spelling import is_word, parted
from domain.cards import MASKED

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
_LETTERS, _LAST_LETTERS = re.compile(r"[^\W\d_]{1,24}"), re.compile(r"[^\W\d_]{1,24}$")
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
    r"(?<![^\W_])(?:[^\W\d_][^\W_]{0,5}\d)?[^\W\d_](?P<gap>[ .\-*|/·•,~+_])[^\W\d_]"
    r"(?:(?P=gap)[^\W\d_]){2,}(?:\d[^\W_]{0,20})?(?![^\W_])"
)
# Part of a word pulled apart: "беріл-е-д-і". Two letters in a row that stand alone may be meant so
# ("и.т.д"): they are joined where that makes a word.
_BROKEN = re.compile(
    r"(?<![^\W_])[^\W_]{1,14}(?P<gap>[.\-*_])(?:[^\W_](?P=gap)){1,14}[^\W_]{1,14}(?![^\W_])"
)
_SURELY_BROKEN = 3
_LATIN_AMONG_CYRILLIC = re.compile(r"(?<=[а-я] )[aceopxhkmtyb]{1,8}(?=[ ,.!?][ ]?[а-я])")
_ALL_TWINS = re.compile(
    r"(?<![^\W_])[aceopxhkmtybi]{2,12}(?![^\W_])|(?<=\d)[kmpt](?![^\W_])|(?<=[а-я»,] )[akoy](?= )"
)
_MOSTLY = 3
_CYRILLIC_LETTERS, _LATIN_LETTERS = re.compile("[Ѐ-ӿ]+"), re.compile("[a-z]+")


def normalise(text: str) -> Aligned:
    """``text`` as models read it: undisguised, Russian and Kazakh in Cyrillic letters, aligned to
    the original. See ``undisguised`` and ``cyrillic``."""
    return cyrillic(undisguised(text))


def cyrillic(aligned: Aligned) -> Aligned:
    """Latin words in Cyrillic letters where together they are Russian or Kazakh, not English."""
    words = WORD.findall(aligned.text[:_TOLD_BY])
    if not is_transliterated(words):
        return aligned
    kazakh = is_kazakh_in_latin(words)

    def read(match: re.Match[str]) -> str:
        word = match.group()
        return word if word in STAYS_LATIN else in_cyrillic(word, kazakh=kazakh)

    aligned = aligned.sub(ANY_WORD, read).sub(UNIT, read)
    return aligned.sub(WITH_DIGITS, lambda m: digits_in_cyrillic(m.group(), kazakh=kazakh))


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
    aligned = aligned.sub(_WORDLIKE, lambda m: undisguised_word(m.group()))
    aligned = aligned.sub(_SPACED, _joined).sub(_BROKEN, _mended)
    aligned = aligned.sub(_LATIN_AMONG_CYRILLIC, lambda m: all_twins(m.group()))
    if not _mostly_cyrillic(aligned.text):
        return aligned
    return aligned.sub(_ALL_TWINS, lambda m: in_twins(m.group()))


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
    # "меф🍬едрон" is one word, "Гашиш🍫Мефедрон" are two: the case of what follows tells. In
    # capitals words do.
    text, (start, end) = match.string, match.span()
    if text[end].islower():
        return ""
    if text[start - 1].islower():
        return " "
    left, right = _LAST_LETTERS.search(text[max(0, start - 24) : start]), _LETTERS.match(text, end)
    assert left  # the pattern has a letter on either side
    assert right
    before, after = left.group().lower(), right.group().lower()
    if min(len(before), len(after)) == 1:
        return ""
    return "" if is_word(before + after) or not (is_word(before) or is_word(after)) else " "


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


def _joined(match: re.Match[str]) -> str:
    # Two words pulled apart one after the other are one row of letters.
    letters = undisguised_word(match.group().replace(match["gap"], ""))
    return " ".join(parted(letters)) if match["gap"] == " " else letters


def _mended(match: re.Match[str]) -> str:
    letters = undisguised_word(match.group().replace(match["gap"], ""))
    alone = match.group().count(match["gap"]) - 1
    joins = is_word(letters) or (alone >= _SURELY_BROKEN and letters.isalpha())
    return letters if joins else match.group()


def _mostly_cyrillic(text: str) -> bool:
    told = text[:_TOLD_BY]
    cyrillic = sum(map(len, _CYRILLIC_LETTERS.findall(told)))
    return cyrillic >= _MOSTLY * sum(map(len, _LATIN_LETTERS.findall(told)))
