"""Real named-checkzone, real Unbound on loopback."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from pathlib import Path

import pytest

from blocking import resolver, zonecheck
from blocking.entries import Entry, Scope
from blocking.exporters import FORMATS
from blocking.exporters.rpz import head
from blocking.findings import Code
from blocking.resolver import TrialResolver
from blocking.zonecheck import Zone, check_zones, program
from tests.blocking.making import INFO, entry

MISSING = [name for name in ("unbound", "named-checkzone") if not program(name)]
pytestmark = [
    pytest.mark.unbound,
    pytest.mark.skipif(bool(MISSING), reason=f"system package missing: {', '.join(MISSING)}"),
]
BLOCK, PASS = "rpz.narcowatch", "passthru.rpz.narcowatch"


def zones(folder: Path, entries: Sequence[Entry]) -> list[Zone]:
    made = []
    for fmt, name in (("rpz-passthru", PASS), ("rpz", BLOCK)):
        path = folder / FORMATS[fmt].filename
        path.write_bytes(b"".join(FORMATS[fmt].write(entries, INFO)))
        made.append(Zone(name, path))
    return made


def bad_zone(folder: Path, line: str) -> list[Zone]:
    path = folder / "bad.rpz"
    path.write_text(head(BLOCK, 1) + line)
    return [Zone(BLOCK, path)]


def test_confirmed_hosts_and_those_below_are_gone_and_all_else_answers(tmp_path: Path) -> None:
    shops = [
        entry("shop.test"),
        entry("only-apex.kz", subdomains=False),
        entry("big.kz", scope=Scope.DOMAIN),
    ]
    made = [(zone.name, zone.path) for zone in zones(tmp_path, shops)]
    (tmp_path / "run").mkdir()
    with TrialResolver(program("unbound"), made, tmp_path / "run") as unbound:
        assert unbound.problem == ""
        gone = ("shop.test", "www.shop.test", "a.b.shop.test", "only-apex.kz", "x.big.kz")
        assert [name for name in gone if not unbound.is_blocked(name)] == []
        kept = ("test", "myshop.test", "shop.test.kz", "below.only-apex.kz", "kaspi.kz", "kz")
        assert [name for name in kept if unbound.is_blocked(name)] == []


def test_the_never_block_list_answers_whatever_the_block_zone_says(tmp_path: Path) -> None:
    block = tmp_path / "wide.rpz"
    block.write_text(head(BLOCK, 1) + "*.kz CNAME .\ngov.kz CNAME .\n")
    passthru = zones(tmp_path, [])[0]
    (tmp_path / "run").mkdir()
    both = [(passthru.name, passthru.path), (BLOCK, block)]
    with TrialResolver(program("unbound"), both, tmp_path / "run") as unbound:
        assert unbound.is_blocked("innocent.kz")
        assert not unbound.is_blocked("gov.kz")
        assert not unbound.is_blocked("deep.below.gov.kz")


def test_a_good_zone_has_no_findings(tmp_path: Path) -> None:
    report = check_zones(zones(tmp_path, [entry("shop.test")]), [("shop.test", True)], ["kaspi.kz"])
    assert (report.findings, report.unchecked) == ((), ())


def test_a_malformed_line_is_told_by_both_programs(tmp_path: Path) -> None:
    report = check_zones(bad_zone(tmp_path, "shop.test CNAM .\n"), [("shop.test", True)], [])
    assert [finding.code for finding in report.findings] == [Code.ZONE, Code.RESOLVER]
    assert "unknown RR type" in report.findings[0].message


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("", Code.RESOLVER),
        ("shop.test/path CNAME .\n", Code.RESOLVER),
        ("shop.test. CNAME .\n", Code.RESOLVER),
        ("shop.test CNAME .\n", Code.RESOLVER),
        ("*.kz CNAME .\nshop.test CNAME .\n*.shop.test CNAME .\n", Code.CANARY),
    ],
    ids=["empty", "path", "dot", "no wildcard", "whole tld"],
)
def test_what_named_checkzone_passes_the_trial_load_sees(
    tmp_path: Path, line: str, code: Code
) -> None:
    report = check_zones(bad_zone(tmp_path, line), [("shop.test", True)], ["kaspi.kz"])
    assert code in {finding.code for finding in report.findings}


def test_of_many_hosts_a_sample_over_the_whole_is_asked_for(tmp_path: Path) -> None:
    blocked = [(f"shop{n}.test", False) for n in range(1000)]
    present = [entry(name, subdomains=False) for name, _ in blocked[:500]]
    report = check_zones(zones(tmp_path, present), blocked, [])
    assert 90 <= len(report.findings) <= 110


def test_a_missing_program_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(zonecheck, "_SBIN", ())
    report = check_zones(zones(tmp_path, [entry("shop.test")]), [("shop.test", True)], [])
    assert report.findings == ()
    assert [line.split()[0] for line in report.unchecked] == ["named-checkzone", "Unbound"]


def test_a_port_that_another_program_takes_is_no_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = resolver._free_port
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        ports = iter([taken.getsockname()[1]] * 2)
        monkeypatch.setattr(resolver, "_free_port", lambda: next(ports, None) or free())
        made = zones(tmp_path, [entry("shop.test")])
        assert check_zones(made, [("shop.test", True)], []).findings == ()


def test_another_resolver_on_the_port_is_not_taken_for_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
    made = [(zone.name, zone.path) for zone in zones(tmp_path, [entry("shop.test")])]
    free = resolver._free_port
    with TrialResolver(program("unbound"), [], tmp_path / "first") as stranger:
        ports = iter([stranger.port] * 2)
        monkeypatch.setattr(resolver, "_free_port", lambda: next(ports, None) or free())
        with TrialResolver(program("unbound"), made, tmp_path / "second") as ours:
            assert ours.problem == ""
            assert ours.port != stranger.port
            assert ours.is_blocked("shop.test")
