"""The contract that every format keeps, and what each writes."""

from __future__ import annotations

import csv
import io
import ipaddress
import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocking.entries import Action, Scope
from blocking.exporters import FORMATS, Format, formats_of
from blocking.plan import Recipient
from domain.errors import InputError, KeyFormatError
from domain.targets import canonical_url
from tests.blocking.making import INFO, ONION, channel, entry, sample
from tests.blocking.reading import literals, records, written

ALL = [pytest.param(fmt, id=name) for name, fmt in FORMATS.items()]


@pytest.mark.parametrize("fmt", ALL)
def test_same_input_same_bytes(fmt: Format) -> None:
    assert written(fmt, sample()) == written(fmt, sample())


@pytest.mark.parametrize("fmt", ALL)
def test_pieces_are_bytes_and_streamed(fmt: Format) -> None:
    def endless():
        n = 0
        while True:
            made = entry(f"shop{n}.test") if fmt.name != "telegram" else channel(f"shop_{n:05}")
            n += 1
            yield made if fmt.name != "urls" else entry(f"http://a.kz/{n}", scope=Scope.URL)

    pieces = fmt.write(endless(), INFO)
    assert isinstance(next(pieces), bytes)


@pytest.mark.parametrize("fmt", ALL)
def test_whatever_an_entry_is_it_is_written_or_left_out_with_a_reason(fmt: Format) -> None:
    taken = [e for e in sample() if not fmt.leaves_out(e, INFO)]
    expected = {
        "json": len(taken),
        "csv": sum(max(1, len(e.values)) for e in taken),
        "xml": sum(max(1, len(e.values)) for e in taken),
        "rpz": sum(2 if e.subdomains else 1 for e in taken),
        "rpz-passthru": 3,
        "domains": len(taken),
        "hosts": sum(len(e.names) for e in taken),
        "adblock": len(taken),
        "urls": sum(len(e.values) for e in taken),
        "telegram": len(taken),
        "xarf": sum(max(1, len(e.values)) for e in taken),
        "stix": len(taken),
        "misp": sum(
            len(e.values) if e.scope is Scope.URL else 1 if e.subdomains else max(1, len(e.names))
            for e in taken
        ),
    }
    assert len(records(fmt.name, written(fmt, sample()))) == expected[fmt.name]


def test_file_names_are_distinct_and_unknown_formats_are_named() -> None:
    assert len({fmt.filename for fmt in FORMATS.values()}) == len(FORMATS)
    with pytest.raises(InputError, match=r"'openioc'.*rpz"):
        formats_of(["rpz", "openioc"])


def test_a_zone_never_comes_without_its_passthru() -> None:
    assert [fmt.name for fmt in formats_of(["rpz"])] == ["rpz", "rpz-passthru"]


def test_json_lines_are_the_requests_themselves() -> None:
    lines = written("json", sample()).decode().splitlines()
    assert lines == [e.document for e in sample()]


def test_the_zone_blocks_apex_and_below_and_nothing_wider() -> None:
    assert records("rpz", written("rpz", sample())) == [
        "alpha.test",
        "*.alpha.test",
        "beta.test",
        "gamma.kz",
        "*.gamma.kz",
    ]
    assert "@ IN SOA localhost. hostmaster.localhost. 7 " in written("rpz", sample()).decode()


def test_a_hosts_file_has_a_line_for_each_name_and_nothing_below() -> None:
    assert records("hosts", written("hosts", sample())) == [
        "alpha.test", "beta.test", "gamma.kz", "www.gamma.kz"
    ]  # fmt: skip


def test_a_filter_list_covers_names_that_may_fall_with_all_below() -> None:
    assert records("adblock", written("adblock", sample())) == ["||alpha.test^", "||gamma.kz^"]
    head = written("adblock", sample()).decode().splitlines()[:5]
    assert head == [
        "[Adblock Plus 2.0]", "! Title: regulator: Cyber unit", "! Version: 7",
        "! Last modified: 2026-03-01T12:00:00Z", "! Expires: 1 days",
    ]  # fmt: skip


def test_two_requests_for_one_name_make_one_record() -> None:
    twice = [entry("shop.kz"), entry("shop.kz", scope=Scope.DOMAIN)]
    assert records("rpz", written("rpz", twice)) == ["shop.kz", "*.shop.kz"]
    assert records("domains", written("domains", twice)) == ["shop.kz"]
    assert records("hosts", written("hosts", twice)) == ["shop.kz", "www.shop.kz"]
    assert records("adblock", written("adblock", twice)) == ["||shop.kz^"]


def test_a_domain_with_a_spared_name_below_still_blocks_itself_and_www() -> None:
    narrow = [
        entry("shop.kz", subdomains=False),
        entry("shop.kz", scope=Scope.DOMAIN, subdomains=False),
    ]
    assert records("rpz", written("rpz", narrow)) == ["shop.kz", "www.shop.kz"]
    assert [r["domain"] for r in records("csv", written("csv", narrow[1:]))] == [
        "shop.kz",
        "www.shop.kz",
    ]
    elements = records("xml", written("xml", narrow[1:]))
    assert [(e.text, e.get("subdomains")) for e in elements] == [
        ("shop.kz", "false"),
        ("www.shop.kz", "false"),
    ]
    assert records("domains", written("domains", narrow)) == []


def test_the_passthru_zone_spares_customers_of_networks() -> None:
    names = records("rpz-passthru", written("rpz-passthru", []))
    assert names == ["gov.kz", "*.gov.kz", "cloudfront.net"]


def test_names_too_long_for_the_zone_are_left_out_with_the_reason() -> None:
    long = entry(".".join(["a" * 60] * 4) + ".kz")
    assert FORMATS["rpz"].leaves_out(long, INFO) == "the name is too long for the zone"
    assert FORMATS["domains"].leaves_out(long, INFO) == ""


def test_onions_are_notices_and_never_dns() -> None:
    onion = entry(ONION, scope=Scope.ONION)
    for name in ("rpz", "domains", "telegram"):
        assert FORMATS[name].leaves_out(onion, INFO)
    assert records("urls", written("urls", [onion])) == [f"http://{ONION}/"]
    (row,) = records("csv", written("csv", [onion]))
    assert (row["block_type"], row["onion"], row["domain"]) == ("onion", ONION, "")


def test_an_address_stands_where_a_format_can_say_that_it_is_one() -> None:
    address = "9.9.9.9"
    made = entry(address, scope=Scope.IP)
    for name in ("rpz", "domains", "hosts", "adblock", "urls", "telegram"):
        assert FORMATS[name].leaves_out(made, INFO)
    (row,) = records("csv", written("csv", [made]))
    assert (row["block_type"], row["ip"], row["domain"], row["url"]) == ("ip", address, "", "")
    (element,) = records("xml", written("xml", [made]))
    assert (element.tag.rpartition("}")[2], element.text) == ("ip", address)
    (attribute,) = records("misp", written("misp", [made]))
    assert (attribute.type, attribute.value) == ("ip-dst", address)
    (report,) = records("xarf", written("xarf", [made]))
    assert report.source_identifier == address
    assert report.url == f"http://{address}/"


def test_liftings_are_told_where_a_format_can_say_so() -> None:
    lift = entry("shop.kz", action=Action.LIFT)
    assert FORMATS["rpz"].leaves_out(lift, INFO) == "a lifting is the entry's absence"
    (row,) = records("csv", written("csv", [lift]))
    assert row["action"] == "lift"


def test_the_register_says_how_wide_each_block_is() -> None:
    rows = records("csv", written("csv", sample()))
    assert [
        (r["block_type"], r["domain"] or r["url"] or r["ip"] or r["onion"] or r["telegram"])
        for r in rows
    ] == [
        ("domain-mask", "alpha.test"),
        ("domain", "beta.test"),
        ("domain-mask", "gamma.kz"),
        ("ip", "9.9.9.9"),
        ("onion", ONION),
        ("default", "http://forum.kz/t/1"),
        ("default", "http://forum.kz/t/2?p=1&q=2"),
        ("telegram", "sklad_kz"),
        ("telegram", "42"),
    ]
    assert (rows[7]["telegram_id"], rows[7]["telegram_posts"]) == ("1234567890", "5 9")


def test_telegram_notices_name_channel_and_posts() -> None:
    first, second = records("telegram", written("telegram", sample()))
    assert first["username"] == "sklad_kz"
    assert first["numeric_id"] == 1234567890
    assert first["message_ids"] == [5, 9]
    assert first["link"] == "https://t.me/sklad_kz"
    assert second["username"] is None
    assert second["link"] is None


def test_of_a_group_messages_are_named_and_never_the_group() -> None:
    group = channel("neighbours_chat", 2_207_715_346, 5, 9, messages_only=True)
    (notice,) = records("telegram", written("telegram", [group]))
    assert [notice[key] for key in ("username", "numeric_id", "link")] == [None, None, None]
    assert notice["group"] == {"username": "neighbours_chat", "numeric_id": 2_207_715_346}
    assert notice["messages_only"] is True
    assert notice["message_links"] == [
        "https://t.me/neighbours_chat/5",
        "https://t.me/neighbours_chat/9",
    ]
    rows = records("csv", written("csv", [group]))
    assert [(row["block_type"], row["telegram"], row["part"]) for row in rows] == [
        ("telegram-message", "neighbours_chat/5", "1"),
        ("telegram-message", "neighbours_chat/9", "2"),
    ]
    (element,) = records("xml", written("xml", [group]))
    assert element.get("messagesOnly") == "true"
    assert [post.text for post in element] == ["5", "9"]
    assert group.label == "telegram:neighbours_chat/5 (+1)"
    assert channel("x_chat", 7, 5, messages_only=True).label == "telegram:x_chat/5"
    hidden = records("telegram", written("telegram", [channel("", 7, 5, messages_only=True)]))
    assert (hidden[0]["message_links"], hidden[0]["message_ids"]) == ([], [5])
    assert hidden[0]["group"] == {"username": None, "numeric_id": 7}


NASTY = st.text(
    alphabet=st.one_of(
        st.sampled_from("=+-@\t\r\n;,\"'<>&|%\u202e\u2066\u200f\x00\x1b\ufffe\u2028]]>"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=40,
)


@given(unit=NASTY, number=NASTY)
def test_free_text_cannot_break_out_of_its_cell(unit: str, number: str) -> None:
    data = written("csv", [entry("shop.kz", unit=unit, number=number), channel("shop_kz", None, 3)])
    rows = records("csv", data)
    assert len(rows) == 2
    assert data.count(b"\r\n") == 3
    for cell in [cell for row in rows for cell in row.values()]:
        assert not re.match(r"[=+\-@\t\r|%]", cell)
        assert cell.isprintable()


@given(
    unit=NASTY,
    number=NASTY,
    paths=st.lists(st.text(alphabet="ab,\"';=%/", max_size=8), min_size=1, max_size=3),
)
def test_each_line_is_what_the_library_writes(unit: str, number: str, paths: list[str]) -> None:
    """Cells that many lines share are quoted once, and must come out as if each were."""
    urls = tuple(dict.fromkeys(canonical_url(f"http://shop.kz/{path}") for path in paths))
    entries = [entry(*urls, scope=Scope.URL, unit=unit, number=number), *sample()]
    data = written("csv", entries).decode()
    again = io.StringIO(newline="")
    csv.writer(again, lineterminator="\r\n").writerows(csv.reader(io.StringIO(data, newline="")))
    assert again.getvalue() == data


@given(unit=NASTY, number=NASTY)
def test_free_text_cannot_break_out_of_its_element(unit: str, number: str) -> None:
    data = b"".join(
        FORMATS["xml"].write([entry("shop.kz", unit=unit, number=number)], replace(INFO, unit=unit))
    )
    (domain,) = records("xml", data)
    assert domain.text == "shop.kz"


@given(unit=NASTY)
def test_free_text_cannot_break_out_of_its_string(unit: str) -> None:
    data = b"".join(FORMATS["telegram"].write([channel("shop_kz")], replace(INFO, unit=unit)))
    assert json.loads(data)["unit"] == unit
    assert data.isascii()


@pytest.mark.parametrize("fmt", ALL)
@pytest.mark.parametrize(
    ("scope", "value"), [(Scope.IP, "9.9.9.9"), (Scope.URL, "http://9.9.9.9/price")]
)
def test_what_a_recipient_can_block_is_what_its_formats_can_hold(
    fmt: Format, scope: Scope, value: str
) -> None:
    """The rule of scopes asks recipients, and those know it without an entry at hand."""
    held = not fmt.companion and not fmt.leaves_out(entry(value, scope=scope), INFO)
    assert Recipient("one", (fmt.name,)).can_block(scope) == held


@given(
    st.lists(
        st.one_of(
            st.text(max_size=20),
            st.ip_addresses().map(str),
            st.sampled_from(
                [
                    "8.8.8.8/0",
                    "0.0.0.0",
                    "8.8.8.8\n9.9.9.9",
                    "08.8.8.8",
                    "::ffff:8.8.8.8",
                    "2620:fe::9%x,,",
                ]
            ),
            st.from_regex(r"[0-9a-f:.%/\n]{1,30}"),
        ),
        max_size=6,
    )
)
def test_no_address_becomes_a_second_record_in_any_format(texts: list[str]) -> None:
    entries, names = [], []
    for text in dict.fromkeys(texts):
        try:
            entries.append(entry(text, scope=Scope.IP))
        except KeyFormatError:
            continue
        names.append(text)
    for name in names:
        assert ipaddress.ip_address(name).is_global
    assert [row["ip"] for row in records("csv", written("csv", entries))] == names
    assert [e.text for e in records("xml", written("xml", entries))] == names
    assert [a.value for a in records("misp", written("misp", entries))] == names
    assert [one.source_identifier for one in records("xarf", written("xarf", entries))] == names
    named = [literals(found.pattern) for found in records("stix", written("stix", entries))]
    assert named == [[name] for name in names]


NASTY_HOST = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["*.kz", "a.kz\n*", "$INCLUDE x", "a.kz;", "a.kz.", "a..kz", "@", "a.kz CNAME"]
    ),
    st.from_regex(r"[a-z0-9.*$;@_\n\t -]{1,70}\.(kz|test)\.?"),
)


@given(st.lists(NASTY_HOST, max_size=5))
def test_no_host_becomes_a_second_record_in_any_format(hosts: list[str]) -> None:
    entries, names = [], []
    for text in sorted(set(hosts)):
        try:
            entries.append(entry(text))
        except KeyFormatError:
            continue
        names.append(text)
    zone = records("rpz", written("rpz", entries))
    assert sorted(zone) == sorted([*names, *(f"*.{name}" for name in names)])
    assert records("domains", written("domains", entries)) == names
    assert [row["domain"] for row in records("csv", written("csv", entries))] == names
    assert [e.text for e in records("xml", written("xml", entries))] == names
    assert len(records("json", written("json", entries))) == len(names)
    assert [a.value for a in records("misp", written("misp", entries))] == names
    assert [one.source_identifier for one in records("xarf", written("xarf", entries))] == names
    named = [literals(found.pattern)[0] for found in records("stix", written("stix", entries))]
    assert named == names


@given(st.lists(st.text(max_size=30).map("http://shop.kz/".__add__), max_size=4))
def test_no_url_becomes_a_second_record_in_any_format(urls: list[str]) -> None:
    entries = []
    for url in urls:
        try:
            entries.append(entry(url, scope=Scope.URL))
        except KeyFormatError:
            continue
    names = [e.values[0] for e in entries]
    assert records("urls", written("urls", entries)) == names
    assert [row["url"] for row in records("csv", written("csv", entries))] == names
    assert [a.value for a in records("misp", written("misp", entries))] == names
    assert [one.url for one in records("xarf", written("xarf", entries))] == names
    patterns = [found.pattern for found in records("stix", written("stix", entries))]
    assert [literals(pattern) for pattern in patterns] == [[name] for name in names]
    unique = list({e.id: e for e in entries}.values())
    assert [e.text for e in records("xml", written("xml", unique))] == [e.values[0] for e in unique]


def test_a_document_of_two_lines_is_no_entry() -> None:
    with pytest.raises(KeyFormatError, match="not one line"):
        replace(entry("shop.kz"), document='{"a":1}\n{"b":2}')
