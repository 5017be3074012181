from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.candidates import Why
from domain.onion import onion_from_public_key
from domain.platforms import Platforms
from domain.tips import TipList, parse_tips

ONION = onion_from_public_key(b"\7" * 32)
PLATFORMS = Platforms(frozenset({"vk.com"}))
RUSSIAN = "Адрес;Примечание;Источник;Дата\nshop.biz;закладки; горячая линия;01.03.2026\n"


def parsed(data: bytes | str, *, most: int = 1_000) -> TipList:
    return parse_tips(data.encode() if isinstance(data, str) else data, PLATFORMS, most=most)


def targets(found: TipList) -> list[str]:
    return [str(tip.target) for tip in found.tips]


def wrong(found: TipList) -> list[tuple[int, str]]:
    return [(problem.line, problem.reason) for problem in found.problems]


@pytest.mark.parametrize(
    "data",
    [
        RUSSIAN.encode(),
        b"\xef\xbb\xbf" + RUSSIAN.replace("\n", "\r\n").encode(),
        RUSSIAN.encode("cp1251"),
        RUSSIAN.replace(";", "\t").encode("utf-16"),
        ("sep=;\n" + RUSSIAN).encode(),
        RUSSIAN.replace(";", ",").encode(),
        RUSSIAN.replace("shop.biz", '"=HYPERLINK(""http://shop.biz"";""сюда"")"').encode(),
        RUSSIAN.replace("shop.biz", "'hxxp://shop[.]biz/").encode(),
        RUSSIAN.replace("shop.biz", "магазин shop.biz (новый)").encode(),
    ],
    ids=["utf8", "bom", "cp1251", "utf16", "sep", "commas", "hyperlink", "defanged", "words"],
)
def test_what_excel_and_people_write(data: bytes) -> None:
    found = parsed(data)
    assert found.problems == []
    (tip,) = found.tips
    assert (str(tip.target), tip.url) == ("host:shop.biz", "http://shop.biz/")
    assert (tip.note, tip.source, tip.day) == ("закладки", "горячая линия", date(2026, 3, 1))
    candidate = tip.candidate()
    assert (candidate.why, candidate.parent) == (Why.TIP, None)
    assert candidate.note == "закладки; горячая линия; 2026-03-01"


def test_bad_lines_have_number_and_reason_and_the_good_ones_go_in() -> None:
    text = (
        "url,onion,channel,note,date\n"
        "http://a.test/,,,one,2026-03-01\n"
        ",,,nothing here,\n"
        f",{ONION},@Some_Channel,two,46082\n"
        f",{'a' * 56}.onion,,wrong checksum,\n"
        "=1+1,,,formula,\n"
        "http://b.test/,,,when?,yesterday\n"
        ",,t.me/+AbCdEf,invite,\n"
        'http://c.test/,,,"over\ntwo lines",\n'
        "http://d.test/,,,x,,,too many\n"
        ",b.test,,no onion,\n"
        "intranet,,,no public name,\n"
    )
    found = parsed(text)
    assert targets(found) == [
        *("host:a.test", f"onion:{ONION}", "telegram:@some_channel", "host:c.test")
    ]
    assert found.tips[1].day == date(2026, 3, 1)
    assert found.tips[3].note == "over two lines"
    assert wrong(found) == [
        (3, "no url, onion, channel is given"),
        (5, f"not a valid v3 onion address: '{'a' * 56}.onion' (wrong checksum)"),
        (6, "url is a formula: '=1+1'"),
        (7, "not a date: 'yesterday'"),
        (8, "an invite link; private chats are never joined: 't.me/+AbCdEf'"),
        (11, "7 values in 5 columns"),
        (12, "not an onion address: 'b.test'"),
        (13, "no host of the internet: 'intranet'"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        '[{"url": "http://a.test/", "note": "x"}, {"channel": "@some_one", "note": 7}]',
        '{"tips": [{"URL": "http://a.test/"}, {"channel": "@some_one", "date": null}]}',
        '{"url": "http://a.test/"}\n{"channel": "@some_one"}\n',
        '{"url": "http://a.test/"}{"channel": "@some_one"}',
    ],
    ids=["list", "named list", "lines", "one after another"],
)
def test_json_in_its_ways(text: str) -> None:
    found = parsed(text)
    assert (targets(found), found.problems) == (["host:a.test", "telegram:@some_one"], [])


def test_a_broken_line_of_json_is_told_with_its_number() -> None:
    found = parsed('{"url": "http://a.test/"}\n{"url": oops}\n[1]\n{"url": "http://b.test/"}\n')
    assert targets(found) == ["host:a.test", "host:b.test"]
    assert [line for line, _ in wrong(found)] == [1, 2]
    assert wrong(found)[0][1] == "no object with named values"


def test_addresses_on_platforms_are_pages_and_telegram_links_channels() -> None:
    found = parsed("url\nhttps://vk.com/shop_page\nhttps://t.me/s/some_channel/12\n")
    assert targets(found) == ["url:https://vk.com/shop_page", "telegram:@some_channel"]


def test_the_same_tip_twice_counts_once_and_lines_are_bounded() -> None:
    lines = ["url,note", *["http://a.test/,x"] * 3, "http://a.test/,y", "http://b.test/,x"]
    found = parsed("\n".join(lines), most=4)
    assert targets(found) == ["host:a.test", "host:a.test"]
    assert (found.doubled, found.beyond) == (2, 1)


def test_a_file_without_a_column_that_is_known_is_refused() -> None:
    found = parsed("имя,город\nИван,Алматы\n")
    assert (found.tips, wrong(found)) == (
        [],
        [(1, "no column is called url, onion, channel: имя, город")],
    )


def test_nested_json_and_nothing_at_all_are_told_or_empty() -> None:
    assert [reason for _, reason in wrong(parsed("[" * 100_000))] == ["no JSON: nested too deeply"]
    for nothing in (b"", b"\n \n", b"\xef\xbb\xbf", b"[]", b"{}"):
        assert parsed(nothing).tips == []


def test_many_broken_lines_of_json_are_bounded() -> None:
    found = parsed("[]\n" + "{\n" * 5_000)
    assert len(found.problems) == 1_001
    assert found.problems[-1].reason == "too many wrong lines: reading ends here"


@given(st.binary(max_size=300))
def test_no_bytes_raise(data: bytes) -> None:
    for start in (b"", b"url;note\n", b"[", b'{"url":'):
        found = parsed(start + data)
        assert found.beyond == 0


@given(st.lists(st.text(max_size=30), max_size=4), st.text(max_size=60))
def test_every_row_of_json_is_a_tip_or_a_problem(names: list[str], note: str) -> None:
    rows = [{"url": f"http://s{at}.test/", "note": note} for at in range(len(names))]
    rows += [{"url": name, "note": note} for name in names]
    found = parsed(json.dumps(rows))
    assert len(found.tips) + len(found.problems) + found.doubled == len(rows)
    assert all(tip.note.isprintable() for tip in found.tips)
