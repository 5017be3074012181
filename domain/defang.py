"""Links made harmless for people: shown, never clickable by accident."""

from __future__ import annotations

import re
import unicodedata

_DOT_IN_NAME = re.compile(r"(?<=\w)\.(?=[^\W\d_])")
_SCHEME = re.compile(r"\bhttp(s?)://", re.IGNORECASE)
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
#: Letters and marks without any shape: fillers of Hangul, the blank of Braille, a joiner of marks.
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0\u034f")


def defang(text: str) -> str:
    """``text`` with ``http`` written ``hxxp`` and the dots of host names in brackets."""
    text = _SCHEME.sub(lambda match: f"hxxp{match.group(1)}://", text)
    head, slashes, tail = text.partition("://") if "://" in text else ("", "", text)
    host, slash, path = tail.partition("/")
    return f"{head}{slashes}{host.replace('.', '[.]')}{slash}{path}"


def defang_prose(text: str) -> str:
    """``text`` with the host names in it defanged; decimals stay as they are."""
    return _DOT_IN_NAME.sub("[.]", _SCHEME.sub(lambda match: f"hxxp{match.group(1)}://", text))


def printable(text: str) -> str:
    """``text`` with control, bidi and other format characters, and letters and marks that show
    nothing, made visible as ``\\uXXXX``.

    Line breaks and tabs stay. Collected text must pass through this before a terminal shows it.
    """
    return "".join(
        char if char in "\n\t" or not _unseen(char) else f"\\u{ord(char):04x}" for char in text
    )


def _unseen(char: str) -> bool:
    return char in _BLANK or unicodedata.category(char) in _UNSEEN
