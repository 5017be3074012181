from __future__ import annotations

import pytest

from crawlers.bodies import is_markup, looks_binary, unwanted
from domain.captures import Outcome


@pytest.mark.parametrize(
    "kind", ["image/png", "application/zip", "application/octet-stream", "video/mp4", "font/woff2"]
)
def test_types_that_are_no_text_are_not_read(kind: str) -> None:
    assert unwanted(f"{kind}; x=y", None, 100) == (Outcome.NOT_TEXT, kind)


@pytest.mark.parametrize(
    "kind", ["text/html", "TEXT/Plain", "application/xhtml+xml", "application/json", ""]
)
def test_text_is_read_up_to_the_limit(kind: str) -> None:
    assert unwanted(kind, 100, 100) is None
    refused = unwanted(kind, 101, 100)
    assert refused is not None
    assert refused[0] is Outcome.TOO_LARGE


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"%PDF-1.7", "PDF"),
        (b"\0\0\0\x18ftypmp42", "MP4"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "WEBP"),
        (bytes(range(32)) * 10, "binary"),
        (b"<html>", ""),
        ("Просто текст".encode("cp1251"), ""),
        ("текст".encode("utf-16"), ""),
        (b"", ""),
    ],
)
def test_first_bytes_tell_what_a_body_is(body: bytes, kind: str) -> None:
    assert looks_binary(body) == kind


def test_html_sent_as_plain_text_is_still_html() -> None:
    assert is_markup("text/plain", b"<!DOCTYPE html><html>")
    assert not is_markup("text/plain", b"just words")
    assert not is_markup("application/json", b'{"a": "<html>"}')
    assert is_markup("", b"words")
