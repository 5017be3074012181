"""Bytes of a page to text, whatever its headers claim."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from charset_normalizer import from_bytes
from w3lib.encoding import (
    html_body_declared_encoding,
    http_content_type_encoding,
    read_bom,
    resolve_encoding,
)

_SAMPLE = 32_000
#: Share of undecodable characters up to which a decoding is taken for right.
_BROKEN_SHARE = 0.01
_FEW = 40
_CYRILLIC = ("cp1251", "kz1048", "koi8-r", "cp866")
_SINGLE_BYTE = frozenset({"cp1252", "iso8859-1", "latin-1", "cp1251", "koi8-r", "cp866"})
_HIGH = re.compile(rb"[\x80-\xff]+")
_LOWER_CYRILLIC = re.compile(r"[а-яёәіңғүұқөһ]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text and the encoding it was read in; ``encoding`` is empty where none fitted."""

    text: str
    encoding: str


def decode(body: bytes, content_type: str) -> Decoded:
    """The text of ``body``: by byte-order mark, as UTF-8, as declared, or as what it looks like.

    A declaration that does not fit the bytes, or that turns Cyrillic into Latin with accents,
    is not believed.
    """
    bom, mark = read_bom(body)
    if bom and mark:
        return Decoded(body[len(mark) :].decode(bom, "replace"), bom)
    if b"\0" not in body[:_SAMPLE] and (text := _as_utf8(body)) is not None:
        return Decoded(text, "utf-8")
    for encoding in _declared(body, content_type):
        text = body.decode(encoding, "replace")
        if _fits(text) and not (encoding in _SINGLE_BYTE and _looks_wrong(text)):
            return Decoded(text, encoding)
    return _guessed(body)


def _as_utf8(body: bytes) -> str | None:
    """``body`` as UTF-8, its last character allowed to be cut off."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        return decoder.decode(body)
    except UnicodeDecodeError:
        text = body.decode("utf-8", "replace")
        broken = text.count("\ufffd")
        return text if broken and broken <= len(_HIGH.findall(body)) * _BROKEN_SHARE else None


def _declared(body: bytes, content_type: str) -> Iterator[str]:
    seen = set()
    for name in (http_content_type_encoding(content_type), html_body_declared_encoding(body)):
        encoding = _python_name(name or "")
        if encoding and encoding not in seen:
            seen.add(encoding)
            yield encoding


def _python_name(name: str) -> str:
    """The codec for ``name``; empty for none and for codecs that are not for text."""
    resolved = resolve_encoding(name) or ""
    try:
        info = codecs.lookup(resolved)
    except LookupError:
        return ""
    return info.name if getattr(info, "_is_text_encoding", True) else ""


def _fits(text: str) -> bool:
    return text.count("\ufffd") <= len(text) * _BROKEN_SHARE


def _looks_wrong(text: str) -> bool:
    """Whether a single-byte decoding gave Latin with accents in a row, or Cyrillic all upside
    down in case: what Cyrillic text in another encoding looks like."""
    high = [char for char in text[:_SAMPLE] if ord(char) > 0x7F and char.isalpha()]
    if len(high) < _FEW:
        return False
    return sum(1 for char in high if _LOWER_CYRILLIC.match(char)) < len(high) / 2 and (
        len(high) > len(re.findall(r"[A-Za-z]", text[:_SAMPLE])) / 2
    )


def _guessed(body: bytes) -> Decoded:
    sample = body[:_SAMPLE]
    scored = sorted(((_cyrillic_share(sample, name), name) for name in _CYRILLIC), reverse=True)
    share, best = scored[0]
    if share > 0.6:
        return Decoded(body.decode(best, "replace"), best)
    match = from_bytes(sample).best()
    if match is None:
        return Decoded("", "")
    text = body.decode(match.encoding, "replace")
    return Decoded(text, match.encoding) if _fits(text) else Decoded("", "")


def _cyrillic_share(sample: bytes, encoding: str) -> float:
    """Share of lower-case Cyrillic letters among what is beyond ASCII."""
    high = [char for char in sample.decode(encoding, "replace") if ord(char) > 0x7F]
    return sum(1 for char in high if _LOWER_CYRILLIC.match(char)) / len(high) if high else 0.0
