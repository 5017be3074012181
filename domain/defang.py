"""Links made harmless for people: shown, never clickable by accident."""

from __future__ import annotations

import re
import unicodedata

_DOT_IN_NAME = re.compile(r"(?<=\w)\.(?=[^\W\d_])")
_SCHEME = re.compile(r"\bhttp(s?)://", re.IGNORECASE)


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
    """``text`` with control, bidi and other format characters made visible as ``\\uXXXX``.

    Line breaks and tabs stay. Collected text must pass through this before a terminal shows it.
    """
    return "".join(
        char
        if char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co"}
        else f"\\u{ord(char):04x}"
        for char in text
    )
