from __future__ import annotations

import pytest

from crawlers.decoding import decode

RUSSIAN = "<p>Закладки по всему городу, пишите оператору круглосуточно</p>"
KAZAKH = "<p>Қала бойынша жеткізу, операторға жазыңыз, күні-түні жұмыс істейміз</p>"
POLISH = "<p>Zażółć gęślą jaźń, sklep otwarty codziennie od rana do wieczora</p>"


@pytest.mark.parametrize(
    ("text", "encoding", "content_type"),
    [
        (RUSSIAN, "utf-8", "text/html; charset=utf-8"),
        (RUSSIAN, "cp1251", "text/html; charset=windows-1251"),
        (RUSSIAN, "cp1251", "text/html; charset=utf-8"),
        (RUSSIAN, "cp1251", "text/html; charset=iso-8859-1"),
        (RUSSIAN, "cp1251", "text/html; charset=koi8-r"),
        (RUSSIAN, "cp1251", "text/html"),
        (RUSSIAN, "utf-8", "text/html; charset=windows-1251"),
        (RUSSIAN, "koi8-r", "text/html"),
        (RUSSIAN, "cp866", "text/html; charset=no-such-thing"),
        (RUSSIAN, "utf-16", "text/html"),
        (RUSSIAN, "utf-16-le", "text/html; charset=utf-16le"),
        (KAZAKH, "kz1048", "text/html"),
        (POLISH, "iso8859-2", "text/html; charset=iso-8859-2"),
        ("<p>plain ascii</p>", "ascii", ""),
    ],
)
def test_text_is_read_whatever_the_header_says(text: str, encoding: str, content_type: str) -> None:
    assert decode(text.encode(encoding), content_type).text == text


def test_the_page_s_own_declaration_counts_where_the_header_is_silent() -> None:
    body = f'<meta charset="windows-1251">{POLISH[:3]}кофе'.encode("cp1251")
    assert decode(body, "text/html").encoding == "cp1251"


def test_a_page_cut_in_the_middle_of_a_character_is_still_utf_8() -> None:
    assert decode(RUSSIAN.encode()[:40] + b"\xd0", "text/html").encoding == "utf-8"


def test_a_few_broken_bytes_do_not_spoil_a_page() -> None:
    body = (RUSSIAN * 30).encode() + b"\xff" + RUSSIAN.encode()
    assert decode(body, "text/html").text.startswith(RUSSIAN)


def test_codecs_that_are_not_for_text_are_not_used() -> None:
    for name in ("base64", "rot13", "zlib", "idna"):
        assert decode(RUSSIAN.encode(), f"text/html; charset={name}").text == RUSSIAN
