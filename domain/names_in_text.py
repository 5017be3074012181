"""Addresses named in running text: onions, hosts, URLs, however people disguise them. Pure.

Sellers write names so that filters miss them: ``shop[.]com``, ``shop точка ком``, letters of
another script, invisible characters, an onion in pieces. ``undisguised`` undoes what can be undone
without taking prose for names; the rest of this module reads what it gives.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from domain.confusables import DRAWN_AS_LATIN
from domain.onion import LABEL_LENGTH, ONION_IN_TEXT, is_valid_onion_v3

#: Top-level names that shops are seen under and that are no words or abbreviations.
_PLAIN = "com|net|org|biz|ru|su|kz|uz|cc|ws|xyz|pw|gg|lol|vip|test|example"
#: Those that are words too, or units: what stands before the dot must look like a name.
_WORDS = (
    "info|by|kg|me|io|to|is|at|in|co|fun|top|shop|store|online|site|club|pro|link|live|world"
    "|market|website|space|app|dev"
)
_CYRILLIC = "рф|қаз"
#: Names of products and file kinds that end like hosts.
_NO_HOSTS = frozenset({"asp.net", "ado.net", "vb.net"})
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_HOST = re.compile(
    rf"(?<![\w@./-])((?:{_LABEL}\.){{1,4}}(?:{_PLAIN}|{_WORDS}|{_CYRILLIC}))(?![\w.-]*[\w@])",
    re.IGNORECASE,
)
#: What every host name has, and the end of a sentence has not.
_INNER_DOT = re.compile(r"\.[\w-]")
_URL = re.compile(r"https?://[^\s<>\"'()\[\]{}|\\^`]{3,500}", re.IGNORECASE)
_TRAILING = ".,;:!?…»”"
_MOST = 500

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff]"
)
_SCHEME = re.compile(r"\bh(?:xx|\*\*|tt)p(s?)(?:\[:\]|:|\[:)//(?:\])?", re.IGNORECASE)
_DOT_IN_BRACKETS = re.compile(
    r"[ \t]{0,3}[\[({<][ \t]?(?:\.|dot|точка|тчк)[ \t]?[\])}>][ \t]{0,3}", re.IGNORECASE
)
_AT_IN_BRACKETS = re.compile(
    r"[ \t]{0,3}[\[({<][ \t]?(?:@|at|собака)[ \t]?[\])}>][ \t]{0,3}", re.IGNORECASE
)
_AT_AS_A_WORD = re.compile(r"(?<=[A-Za-z0-9])[ \t]{1,3}собака[ \t]{1,3}(?=[A-Za-z0-9])", re.I)
#: How top-level names are spoken in Russian.
_SPOKEN = {"ком": "com", "ру": "ru", "кз": "kz", "онион": "onion", "нет": "net", "орг": "org"}
_DOT_AS_A_WORD = re.compile(
    rf"(?<=[A-Za-z0-9])[ \t]{{1,3}}(?:dot|точка|тчк)[ \t]{{1,3}}"
    rf"({_PLAIN}|onion|{'|'.join(_SPOKEN)})\b",
    re.IGNORECASE,
)
_BLANK_BEFORE_DOT = re.compile(
    rf"(?<=[A-Za-z0-9])[ \t]{{1,3}}\.[ \t]{{0,3}}(?=(?:{_PLAIN})\b)", re.IGNORECASE
)
#: A sentence may end and the next begin so: only what begins none counts.
_BLANK_AFTER_DOT = re.compile(
    r"(?<=[A-Za-z0-9])\.[ \t]{1,3}(?=(?:com|org|ru|su|kz|uz|xyz)(?![\w.-]*\w))"
)
_MIXED = re.compile(r"(?<![\w.-])[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_KNOWN = frozenset(f"{_PLAIN}|{_WORDS}|onion".split("|"))

_ONION_ENDS = re.compile(r"\s{0,3}\.\s{0,3}onion(?![\w-])", re.IGNORECASE)
#: The version, 3, is the label's last five bits and three more that are 0: every one ends in d.
_BARE_ONION = re.compile(r"(?<![a-z0-9.-])[a-z2-7]{55}d(?![a-z0-9-]|\.onion)", re.IGNORECASE)
_BETWEEN_PIECES = frozenset(" \t\r\n\u00a0-–—|·*_")
_MOST_BETWEEN = 60
_BASE32 = frozenset("abcdefghijklmnopqrstuvwxyz234567")
#: Digits that base32 has not, for the letters they are drawn like (RFC 4648, section 6).
_DRAWN_AS_BASE32 = {**DRAWN_AS_LATIN, "0": "o", "1": "l", "8": "b"}


def undisguised(text: str) -> str:
    """``text`` with disguises of names undone; positions are not kept."""
    shown = _INVISIBLE.sub("", text)
    text = unicodedata.normalize("NFKC", shown)[: 2 * len(shown)]  # one sign may become 18
    text = text.replace("\u3002", ".")  # a dot of host names too (UTS 46, section 2.3)
    if "//" in text:
        text = _SCHEME.sub(lambda found: f"http{found[1].lower()}://", text)
    if any(bracket in text for bracket in "[({<"):
        text = _AT_IN_BRACKETS.sub("@", _DOT_IN_BRACKETS.sub(".", text))
    folded = text.casefold()
    if "собака" in folded:
        text = _AT_AS_A_WORD.sub("@", text)
    if any(word in folded for word in ("dot", "точка", "тчк")):
        text = _DOT_AS_A_WORD.sub(_spoken, text)
    if "." not in text:
        return text
    text = _BLANK_AFTER_DOT.sub(".", _BLANK_BEFORE_DOT.sub(".", text))
    return text if _INNER_DOT.search(text) is None else _MIXED.sub(_in_latin, text)


def _spoken(found: re.Match[str]) -> str:
    name = found[1].lower()
    return f".{_SPOKEN.get(name, name)}"


def _in_latin(found: re.Match[str]) -> str:
    """A name whose labels mix scripts in Latin, where every Cyrillic letter has a twin."""
    if found[0].isascii():
        return found[0]
    labels = [_folded(label) for label in found[0].split(".")]
    return ".".join(labels) if labels[-1].lower() in _KNOWN else found[0]


def _folded(label: str) -> str:
    latin = "".join(DRAWN_AS_LATIN.get(char, char) for char in label.lower())
    mixed = any(char.isascii() and char.isalpha() for char in label)
    return latin if latin.isascii() and (mixed or latin in _KNOWN) else label


def urls_in(text: str) -> Iterator[str]:
    """URLs of what ``text`` (undisguised) names: onions, URLs as written, hosts' front pages."""
    for name in onions_in(text):
        yield f"http://{name}/"
    for number, match in enumerate(_URL.finditer(text)):
        if number >= _MOST:
            break
        yield match[0].rstrip(_TRAILING)
    for name in hosts_in(text):
        yield f"http://{name}/"


def hosts_in(text: str) -> Iterator[str]:
    """Host names that stand in ``text`` (undisguised) by themselves, in lower case."""
    if _INNER_DOT.search(text) is None:
        return
    for number, match in enumerate(_HOST.finditer(text)):
        if number >= _MOST:
            break
        if _is_name(match[1]):
            yield match[1].lower()


def _is_name(host: str) -> bool:
    """Whether it is a host and no end of a sentence, abbreviation, number or product."""
    *labels, top = host.split(".")
    name = labels[-1]
    if host.lower() in _NO_HOSTS or not all(map(_is_label, labels)):
        return False
    if not name.isascii() and (top.isascii() and top.lower() not in _PLAIN.split("|")):
        return False
    if top[0].isupper() and not name.isupper():  # "и всё.Me" ends one sentence and begins another
        return False
    if top.lower() not in _WORDS.split("|"):
        return len(name) > 1 or name.isascii()
    return len(name) > 2 and not (name.isdecimal() and len(labels) > 1)


def _is_label(label: str) -> bool:
    """Of one script: ``т`` and ``е`` of abbreviations are labels too, mixed letters are none."""
    letters = [char for char in label if char.isalpha()]
    return all(char.isascii() for char in letters) or all(
        "\u0400" <= char <= "\u04ff" for char in letters
    )


def onions_in(text: str) -> Iterator[str]:
    """Onion addresses (``label.onion``, checksum right, each once) in ``text`` (undisguised).

    They may be in pieces, drawn with look-alikes, or without their end: the checksum tells.
    """
    seen: set[str] = set()
    for number, match in enumerate(_ONION_ENDS.finditer(text)):
        if number >= _MOST:
            break
        name = f"{_label_before(text, match.start())}.onion"
        if name not in seen and is_valid_onion_v3(name):
            seen.add(name)
            yield name
    for match in _BARE_ONION.finditer(text):
        name = f"{match[0].lower()}.onion"
        if name not in seen and is_valid_onion_v3(name):
            seen.add(name)
            yield name


def broken_onions_in(text: str) -> list[str]:
    """What is written like an onion address and has a wrong checksum, each once."""
    names = dict.fromkeys(name.lower() for name in ONION_IN_TEXT.findall(text))
    return [name for name in names if not is_valid_onion_v3(name)]


def _label_before(text: str, end: int) -> str:
    """The last 56 base32 letters before ``end``, what stands between pieces left out."""
    letters: list[str] = []
    between = 0
    for at in range(end - 1, -1, -1):
        char = text[at].lower()
        char = _DRAWN_AS_BASE32.get(char, char)
        if char in _BASE32:
            letters.append(char)
        elif char in _BETWEEN_PIECES and between < _MOST_BETWEEN:
            between += 1
        else:
            break
        if len(letters) == LABEL_LENGTH:
            break
    return "".join(reversed(letters))
