"""Obfuscation of texts as sellers do it, seeded: the normaliser's work in reverse, and more.

Addresses stay as they are: a link with a letter changed leads nowhere.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from domain.morphology import transliterated

_LOOKALIKES = dict(zip("аеорсухкмтнвАЕОРСХКМТНВ", "aeopcyxkmthbAEOPCXKMTHB", strict=False))
_DIGITS = {"о": "0", "з": "3", "е": "3", "ч": "4", "б": "6", "o": "0", "i": "1", "e": "3", "a": "4"}
_INVISIBLE = "\u200b\u200c\u200d\u2060\u00ad\ufeff"
_EMOJI = "🔥✨😎👍⭐💥✅"
_KAZAKH_LATIN = {
    "ё": "e", "ә": "a", "ғ": "g", "қ": "k", "ң": "n", "ө": "o", "ұ": "u", "ү": "u", "і": "i",
    "һ": "h",
}  # fmt: skip
_WORD = re.compile(r"[^\W\d_]{4,}")
_ADDRESS = re.compile(
    r"(\b(?:https?://|t\.me/|telegram\.me/|tg://)[^\s)\]>]+|@\w{3,}|[\w.+-]+@[\w-]+\.[\w.-]+"
    r"|\b(?:[a-z0-9-]+\.)+[a-z]{2,8}\b(?:/[^\s)\]>]*)?)",
    re.I,
)


def lookalikes(text: str, rng: random.Random, share: float = 0.4) -> str:
    """Cyrillic letters replaced by Latin ones of the same shape."""
    return "".join(_LOOKALIKES[c] if c in _LOOKALIKES and rng.random() < share else c for c in text)


def digits(text: str, rng: random.Random, share: float = 0.25) -> str:
    """Digits for letters inside words."""
    return _WORD.sub(
        lambda m: "".join(
            _DIGITS.get(c.lower(), c) if at > 0 and rng.random() < share else c
            for at, c in enumerate(m.group())
        ),
        text,
    )


def invisible(text: str, rng: random.Random, share: float = 0.15) -> str:
    """Zero-width characters strewn in."""
    return "".join(c + rng.choice(_INVISIBLE) if rng.random() < share else c for c in text)


def spaced(text: str, rng: random.Random, share: float = 0.25) -> str:
    """Some words with their letters pulled apart."""
    gap = rng.choice((" ", ".", "-", "_", "*"))
    return _WORD.sub(lambda m: gap.join(m.group()) if rng.random() < share else m.group(), text)


def emoji_inside(text: str, rng: random.Random, share: float = 0.2) -> str:
    """An emoji within some words."""

    def split(match: re.Match[str]) -> str:
        word = match.group()
        at = rng.randrange(1, len(word))
        return word[:at] + rng.choice(_EMOJI) + word[at:] if rng.random() < share else word

    return _WORD.sub(split, text)


def in_latin(text: str, rng: random.Random) -> str:
    """Cyrillic written in Latin letters; ``rng`` keeps the signature of its siblings."""
    del rng
    return "".join(_latin(char) for char in text)


def _latin(char: str) -> str:
    low = char.lower()
    written = _KAZAKH_LATIN.get(low) or transliterated(low)
    return written.capitalize() if char.isupper() else written


def recased(text: str, rng: random.Random) -> str:
    """All capitals, all small, or every word capitalised."""
    return rng.choice((str.upper, str.lower, str.title))(text)


def _sparing(
    kind: Callable[[str, random.Random], str],
) -> Callable[[str, random.Random], str]:
    def changed(text: str, rng: random.Random) -> str:
        parts = _ADDRESS.split(text)  # every second one is an address
        parts[::2] = [kind(part, rng) for part in parts[::2]]
        return "".join(parts)

    return changed


KINDS: dict[str, Callable[[str, random.Random], str]] = {
    "lookalikes": _sparing(lookalikes), "digits": _sparing(digits),
    "invisible": _sparing(invisible), "spaced": _sparing(spaced),
    "emoji_inside": _sparing(emoji_inside), "transliterated": _sparing(in_latin),
    "recased": recased,
}  # fmt: skip


def disguise(text: str, rng: random.Random) -> str:
    """``text`` under one kind of disguise, at times two."""
    for kind in rng.sample(sorted(KINDS), rng.choice((1, 1, 1, 2))):
        text = KINDS[kind](text, rng)
    return text
