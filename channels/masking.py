"""Masking of personal data in texts. Pure.

A mask is as long as what it hides, counted in UTF-16 units, so that offsets of entities
(https://core.telegram.org/api/entities) still hold.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from channels.other_script import spelled_otherwise

MASK = "\u2588"
_UNSEEN = "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]*"
_TELEGRAM = r"(?:[\w-]+\.)*(?:t|telegram)\s?\.\s?(?:me|dog)\b"
_HOST = r"(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_][\w-]+"
_EMAIL = re.compile(r"[^\s@＠﹫<>()]{1,64}[@＠﹫][^\s@＠﹫<>()]{1,253}\.[\w-]{2,63}")
_TELEGRAM_URL = re.compile(rf"(?:https?://)?{_TELEGRAM}\S*|tg:(?://)?\S+", re.IGNORECASE)
_OTHER_SCHEME = re.compile(r"(?<![A-Za-z])(?!https?:)[A-Za-z][A-Za-z0-9+.-]{1,20}:(?=\S)\S+", re.I)
_WITH_PATH = re.compile(rf"((?:https?://)?{_HOST})([:/?#]\S+|/)", re.IGNORECASE)
_HANDLE = re.compile(r"[@＠﹫]\s{0,2}[\w\u00ad\u200b-\u200f\u2060.]*[^\W.]|[@＠﹫]")
_SPOKEN_AT = re.compile(
    r"(?:\w+\s*)?[\[({<]\s?(?:at|собака)\s?[\])}>]\s*\w+|(?<!\w)собака\s+[A-Za-z]\w+", re.IGNORECASE
)
_LIKE_A_HANDLE = re.compile(r"(?<!\w)[A-Za-z][A-Za-z0-9]*_[A-Za-z0-9_]*")
#: A handle without ``@`` behind the name of what it is on: in Cyrillic, or with a sign between.
_ON_A_PLATFORM = re.compile(
    r"(?<!\w)(?:(?:инст[аеуы]|инстаграм\w*|тг|телег[аеуи]?|телеграм\w*|ват[сц]?ап\w*|вк|тик-?ток\w*"
    r"|снап\w*|ник)(?:\s|\s?[:=–—-]\s?)|(?:insta(?:gram)?|ig|tg|telegram|vk|tiktok|snap(?:chat)?)"
    r"\s?[:=–—]\s?)(?!(?:premium|reels|stories|web|desktop|direct|bot|bots|x)(?![\w.]))"
    r"(?P<handle>[A-Za-z][A-Za-z0-9._]{3,31})",
    re.IGNORECASE,
)
#: A telephone with letters in place of some digits (O, I, З, б).
_LIKE_A_PHONE = re.compile(r"(?<!\w)\+?[78](?:[\s().-]{0,2}[\dOoОоIlІіЗзбБ]){10}(?!\w)")
_NUMBER = re.compile(r"\+?\d(?:[\W_]{0,3}\d){6,}")
_DIGITS = re.compile(r"\d")
_PART = re.compile(r"[^\W_]+(?:['’ʼ`][^\W_]+)*")
_VOWELS = "аеёиоуыэюяйьъaeiouyәіөұүһ"
_SHORTEST_PART, _INFLECTED = 2, 4
_SHORTEST_PHONE, _SUBSCRIBER = 7, 10


@dataclass(frozen=True, slots=True)
class Persons:
    """What people who are not to be named are known by: ``handles`` (usernames), ``names`` (as
    they call themselves), ``phones`` and ``numbers`` (of accounts)."""

    handles: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    numbers: frozenset[int] = frozenset()


@dataclass(slots=True)
class Masker:
    """Hides ``persons``; ``counts`` says what was hidden, by kind."""

    persons: Persons
    counts: Counter[str] = field(default_factory=Counter)
    _handles: re.Pattern[str] | None = None
    _loose: re.Pattern[str] | None = None
    _whole: re.Pattern[str] | None = None
    _phones: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        parts = {part for name in self.persons.names for part in name_parts(name)}
        self._handles = _any_of(_spelled(handle) for handle in self.persons.handles)
        loose = [
            pattern for part in parts for pattern in (_inflected(part), spelled_otherwise(part))
        ]
        loose += [spelled_otherwise(handle) for handle in self.persons.handles]
        self._loose = _any_of(filter(None, loose))
        self._whole = _any_of(
            rf"(?<!\w){_spelled(part)}(?!\w)" for part in parts if len(part) > _SHORTEST_PART
        )
        self._phones = frozenset(
            digits[-_SUBSCRIBER:]
            for phone in self.persons.phones
            if len(digits := digits_of(phone)) >= _SHORTEST_PHONE
        )

    def of_others(self, text: str) -> str:
        """``text`` without any handle, number, e-mail or personal address, whoever's, and without
        the names of ``persons``. Of web addresses the host is left."""
        text = self._hide(_EMAIL, text, "e-mails")
        text = self._hide(_TELEGRAM_URL, text, "handles")
        text = self._hide(_OTHER_SCHEME, text, "addresses")
        text = _WITH_PATH.sub(self._host_alone, text)
        for pattern in (_SPOKEN_AT, _HANDLE, _LIKE_A_HANDLE, self._handles):
            text = self._hide(pattern, text, "handles")
        text = _ON_A_PLATFORM.sub(self._handle_alone, text)
        text = self._hide(_NUMBER, text, "numbers")
        text = _LIKE_A_PHONE.sub(self._like_a_phone, text)
        return self._hide(self._loose, text, "names")

    def of_advertiser(self, text: str, decides: Callable[[str], bool] | None = None) -> str:
        """``text`` without the handles, numbers and names of ``persons``.

        Names stay where ``decides`` no longer takes the text for an offer without them: else an
        offer could be blanked by whoever takes its words for his name.
        """
        text = self._hide(self._handles, text, "handles")
        text = _NUMBER.sub(self._known_number, text)
        for number in self.persons.numbers:
            text = self._hide(re.compile(rf"(?<!\d){number}(?!\d)"), text, "numbers")
        if self._whole is None or self._whole.search(text) is None:
            return text
        if decides is not None and decides(text) and not decides(self._whole.sub(_blank, text)):
            return text
        return self._hide(self._whole, text, "names")

    def names_somebody(self, text: str) -> bool:
        """Whether a handle, number or name of ``persons`` stands in ``text``."""
        before = Counter(self.counts)
        try:
            return self.of_advertiser(text) != text
        finally:
            self.counts = before

    def _hide(self, pattern: re.Pattern[str] | None, text: str, kind: str) -> str:
        if pattern is None:
            return text
        text, times = pattern.subn(_blank, text)
        if times:
            self.counts[kind] += times
        return text

    def _host_alone(self, found: re.Match[str]) -> str:
        """The host and a blank before the mask, so that the two are not read as one."""
        tail = found[2]
        if not tail.strip("/"):
            return found[0]
        self.counts["addresses"] += 1
        return f"{found[1]} {_blank_text(tail)[1:]}"

    def _handle_alone(self, found: re.Match[str]) -> str:
        self.counts["handles"] += 1
        return found[0][: -len(found["handle"])] + _blank_text(found["handle"])

    def _like_a_phone(self, found: re.Match[str]) -> str:
        if len(digits_of(found[0])) < _SHORTEST_PHONE:
            return found[0]
        self.counts["numbers"] += 1
        return _blank(found)

    def _known_number(self, found: re.Match[str]) -> str:
        digits = digits_of(found[0])
        if not any(phone in digits for phone in self._phones):
            return found[0]
        self.counts["numbers"] += 1
        return _blank(found)


def digits_of(text: str) -> str:
    """The decimal digits in ``text``, of any script, as 0 to 9."""
    return "".join(str(int(digit)) for digit in _DIGITS.findall(text))


def name_parts(name: str) -> list[str]:
    """The words of a name that are long enough to mean somebody."""
    return [part for part in _PART.findall(name) if len(part) >= _SHORTEST_PART]


def _blank(found: re.Match[str]) -> str:
    return _blank_text(found[0])


def _blank_text(text: str) -> str:
    return "".join(one if one.isspace() else MASK * (2 if ord(one) > 0xFFFF else 1) for one in text)


def _any_of(patterns: Iterable[str]) -> re.Pattern[str] | None:
    ordered = sorted({*patterns}, key=lambda one: (-len(one), one))
    return re.compile("|".join(ordered), re.IGNORECASE) if ordered else None


def _spelled(word: str) -> str:
    """``word``, whatever unseen signs stand between its letters."""
    return _UNSEEN.join(re.escape(letter) for letter in word)


def _inflected(part: str) -> str:
    """A name's word as texts have it: whole, or with another ending (``Ольга``, ``Ольге``)."""
    if len(part) < _INFLECTED:
        return rf"(?<!\w){_spelled(part)}(?!\w)"
    stem = part[:-1] if part[-1].lower() in _VOWELS else part
    return rf"(?<!\w){_spelled(stem)}\w{{0,6}}|{_spelled(part)}"
