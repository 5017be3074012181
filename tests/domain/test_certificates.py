from __future__ import annotations

import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from domain.certificates import Certified, parse_certificates

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def parsed(data: str, *patterns: str, most: int = 1_000) -> Certified:
    return parse_certificates(data.encode(), patterns, NOW, most=most)


def row(names: str, *, common: str = "", ends: str = "2026-05-01T00:00:00") -> dict[str, object]:
    return {
        "issuer_ca_id": 1,
        "common_name": common,
        "name_value": names,
        "id": 2,
        "not_before": "2026-02-01T00:00:00",
        "not_after": ends,
    }


ROWS = [
    row("shop.test\nwww.shop.test\n*.Shop.Test", common="shop.test"),
    row("old-shop.test", ends="2026-02-28T23:59:59"),
    row("owner@shop.test\nxn--80aae5aibotfo5h.test\nпродажа.test"),
    row("localhost\n192.168.0.1\n*.\nbad_-.test"),
    row("garden.test\nnew.shop.test"),
]


def test_names_of_a_search_each_once_and_what_is_left_out_by_reason() -> None:
    found = parsed(json.dumps(ROWS), "*shop*", "*продажа*")
    assert found.hosts == ["shop.test", "www.shop.test", "xn--80aakj1bfh.test", "new.shop.test"]
    assert found.left_out == {
        "named before": 2,
        "expired certificate": 1,
        "e-mail address": 1,
        "matches no pattern": 2,
        "no host name": 4,
    }
    assert found.problems == []


def test_without_patterns_every_name_counts() -> None:
    assert "garden.test" in parsed(json.dumps(ROWS)).hosts


def test_objects_one_after_another_and_csv_are_read_too() -> None:
    joined = "".join(json.dumps(one) for one in ROWS)
    table = "id,common_name,name_value,not_after\n" + "".join(
        f'1,{one["common_name"]},"{one["name_value"]}",{one["not_after"]}\n' for one in ROWS
    )
    for text in (joined, "\n".join(json.dumps(one) for one in ROWS), table):
        assert parsed(text, "*shop*").hosts == ["shop.test", "www.shop.test", "new.shop.test"]


def test_a_certificate_that_does_not_say_when_it_ends_counts() -> None:
    assert parsed('[{"dns_names": ["a.test", "*.b.test"], "not_after": "soon"}]').hosts == [
        *("a.test", "b.test")
    ]


def test_rows_without_a_name_and_files_without_the_column_are_told() -> None:
    assert [problem.reason for problem in parsed('[{"id": 3}, 7]').problems] == [
        *("no object with named values", "no host name")
    ]
    (problem,) = parsed("a,b\n1,2\n").problems
    assert problem.reason == "no column is called name_value, common_name, dns_names"


def test_lines_are_bounded() -> None:
    found = parsed(json.dumps([row(f"s{at}.test") for at in range(9)]), most=4)
    assert len(found.hosts) == 4
    assert found.left_out == {"lines beyond the bound": 5}


@given(st.lists(st.text(max_size=40), max_size=6))
def test_every_name_is_a_host_or_left_out(names: list[str]) -> None:
    found = parsed(json.dumps([{"name_value": name} for name in names]))
    assert all("." in host and host.isascii() for host in found.hosts)
    assert len(found.hosts) == len(set(found.hosts))
