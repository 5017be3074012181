"""Which bodies are read at all: text of bounded size. Others are not fetched or not kept."""

from __future__ import annotations

import re

from domain.captures import Outcome

_TEXTUAL = frozenset(
    {
        "application/xhtml+xml",
        "application/xml",
        "application/json",
        "application/ld+json",
        "application/rss+xml",
        "application/atom+xml",
        "application/javascript",
    }
)
_MARKUP = frozenset({"text/html", "application/xhtml+xml", ""})
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"%PDF-", "PDF"),
    (b"PK\x03\x04", "ZIP"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x1f\x8b\x08", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"MZ\x90\x00", "program"),
    (b"\x7fELF", "program"),
    (b"\xca\xfe\xba\xbe", "program"),
    (b"OggS", "Ogg"),
    (b"ID3", "MP3"),
    (b"fLaC", "FLAC"),
    (b"\x1aE\xdf\xa3", "Matroska"),
    (b"wOFF", "font"),
    (b"wOF2", "font"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"\x00\x00\x01\x00", "icon"),
    (b"SQLite format 3\x00", "SQLite"),
)
_HEAD = 1_024
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\x00<", b"<\x00")
_MOST_CONTROL_SHARE = 0.1
#: What is declared to be text and begins like a picture is text with so few control characters
#: and with tags: browsers show it as the page that it is.
_FEW_CONTROLS, _FEW_CONTROL_SHARE = 8, 0.02
_TAG = re.compile(
    rb"<(?:!doctype\s|!--|/?(?:html|head|body|title|meta|script|div|p|a|h[1-6]|table|form|span)\b)",
    re.IGNORECASE,
)
_CONTROL = bytes({*range(32)} - {*b"\t\n\r\f\x1b\b"})


def media_type(content_type: str) -> str:
    """The media type of a Content-Type header, in lower case; empty for none."""
    return content_type.partition(";")[0].strip().lower()


def is_markup(content_type: str, body: bytes) -> bool:
    """Whether to read ``body`` as HTML."""
    kind = media_type(content_type)
    if kind in _MARKUP:
        return True
    return kind in {"text/plain", "application/xml", "text/xml"} and (
        b"<html" in body[:_HEAD].lower() or b"<!doctype html" in body[:_HEAD].lower()
    )


def unwanted(content_type: str, length: int | None, max_bytes: int) -> tuple[Outcome, str] | None:
    """Why a body is not to be read, from its headers alone, or None if it is."""
    kind = media_type(content_type)
    if kind and not kind.startswith("text/") and kind not in _TEXTUAL:
        return Outcome.NOT_TEXT, kind[:80]
    if length is not None and length > max_bytes:
        return Outcome.TOO_LARGE, f"{length} bytes announced, {max_bytes} are read"
    return None


def looks_binary(body: bytes, content_type: str = "") -> str:
    """What kind of binary ``body`` is by its first bytes, or an empty string for text.

    ``content_type`` is what the server says of it: a page that puts the first bytes of a picture
    before its markup is a page.
    """
    head = body[:_HEAD]
    kind = _by_magic(head)
    if kind and not _is_declared_markup(head, content_type):
        return kind
    if not head or head.startswith(_WIDE_MARKS):
        return ""
    return "binary" if _controls(head) > len(head) * _MOST_CONTROL_SHARE else ""


def _by_magic(head: bytes) -> str:
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head[4:8] == b"ftyp":
        return "MP4"
    if head[:4] == b"RIFF" and head[8:12] in (b"WEBP", b"AVI ", b"WAVE"):
        return head[8:12].decode().strip()
    return ""


def _is_declared_markup(head: bytes, content_type: str) -> bool:
    declared = media_type(content_type)
    if not declared.startswith("text/") and declared not in _MARKUP - {""}:
        return False
    few = _FEW_CONTROLS + len(head) * _FEW_CONTROL_SHARE
    return _controls(head) <= few and bool(_TAG.search(head))


def _controls(head: bytes) -> int:
    return len(head) - len(head.translate(None, _CONTROL))
