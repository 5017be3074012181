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


SHOP = b"<!-- --><html><body><p>\xd0\x9c\xd1\x91\xd0\xb4 1 \xd0\xba\xd0\xb3</p></body></html>"


@pytest.mark.parametrize("first", [b"GIF89a", b"%PDF-1.4\n", b"BZh9", b"ID3", b"Rar!\x1a\x07"])
def test_a_page_that_begins_like_a_picture_is_a_page(first: bytes) -> None:
    assert looks_binary(first + SHOP, "text/html; charset=utf-8") == ""
    assert looks_binary(first + SHOP, "image/gif") != "", "declared to be none"
    assert looks_binary(first + SHOP) != "", "nothing is declared"


@pytest.mark.parametrize("kind", ["text/html", "text/plain", "application/xhtml+xml"])
def test_pictures_declared_to_be_text_are_none(kind: str) -> None:
    gif = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\x04" + bytes(range(256)) * 3
    assert looks_binary(gif, kind) == "GIF"
    assert looks_binary(gif + b"<html>", kind) == "GIF"
    assert looks_binary(b"%PDF-1.7\n1 0 obj << /Type /Page >>", kind) == "PDF"
