from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocking.entries import Entry, Scope
from blocking.exporters import FORMATS
from blocking.findings import Code
from blocking.gate import Gate, InForce, Limits, Untouchable
from blocking.names import above
from blocking.neverblock import never_block
from blocking.platforms import Platforms
from blocking.protection import Protection
from blocking.suffixes import Suffixes
from tests.blocking.making import INFO, entry, sample

BARE = Protection(Suffixes(), Platforms(frozenset(), frozenset(), frozenset()), never_block([]))
LIMITS = Limits(0.10, 5, ("egov.kz", "*.canary.test"))


def gate(protection: Protection, **options: frozenset[str]) -> Gate:
    return Gate(protection, LIMITS, Untouchable(**options))


def codes(found: object) -> list[Code]:
    return [finding.code for finding in found]


def shops(count: int, start: int = 0) -> list[Entry]:
    return [entry(f"shop{n}.test") for n in range(start, start + count)]


def before(entries: list[Entry], number: int = 3) -> InForce:
    return InForce(number, frozenset(e.id for e in entries))


def test_an_innocent_export_passes(protection: Protection) -> None:
    assert gate(protection).check(sample(), 1, None) == []


def test_an_empty_export_is_refused(protection: Protection) -> None:
    found = gate(protection).check([], 1, None)
    assert codes(found) == [Code.EMPTY]
    assert "unblock everything" in str(found[0])
    entries = shops(3)
    assert codes(gate(protection).check([], 8, before(entries))) == [Code.EMPTY]
    ended = replace(before(entries), all_ended=True)
    assert gate(protection).check([], 8, ended) == []
    assert codes(gate(protection).check([], 8, InForce(7, frozenset(), all_ended=True))) == [
        Code.EMPTY
    ]


def test_the_serial_must_rise(protection: Protection) -> None:
    entries = shops(3)
    assert gate(protection).check(entries, 4, before(entries)) == []
    assert codes(gate(protection).check(entries, 3, before(entries))) == [Code.SERIAL]


@pytest.mark.parametrize(
    ("held", "added", "removed", "passes"),
    [
        (10, 5, 0, True),
        (10, 6, 0, False),
        (10, 3, 3, False),
        (100, 10, 0, True),
        (100, 6, 5, False),
    ],
)
def test_change_is_held_within_limits(
    protection: Protection, held: int, added: int, removed: int, passes: bool
) -> None:
    old = shops(held)
    new = old[removed:] + shops(added, start=held)
    found = gate(protection).check(new, 4, before(old))
    assert codes(found) == ([] if passes else [Code.CHANGE])
    if not passes:
        assert f"{added} added and {removed} removed" in str(found[0])


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("com.kz", Code.PUBLIC_SUFFIX),
        ("github.io", Code.PUBLIC_SUFFIX),
        ("vk.com", Code.PLATFORM),
        ("tilda.ws", Code.PLATFORM),
        ("nur.kz", Code.NEVER_BLOCK),
        ("shop.gov.kz", Code.NEVER_BLOCK),
        ("egov.kz", Code.CANARY),
        ("login.egov.kz", Code.CANARY),
        ("canary.test", Code.CANARY),
        ("a.canary.test", Code.CANARY),
        ("held.test", Code.HELD),
        ("minzdrav.gov.ru", Code.NEVER_BLOCK),
    ],
)
def test_a_name_that_must_not_be_blocked_is_named(
    protection: Protection, name: str, code: Code
) -> None:
    found = gate(protection, held=frozenset({"held.test"})).check([entry(name)], 1, None)
    assert code in codes(found)
    assert all(finding.subject == name for finding in found)


@pytest.mark.parametrize("kept", ["sub.shop.test", "deep.sub.shop.test"])
@pytest.mark.parametrize("why", ["held", "dismissed"])
def test_a_wildcard_must_not_cover_a_held_or_dismissed_name(
    protection: Protection, why: str, kept: str
) -> None:
    rules = gate(protection, **{why: frozenset({kept})})
    wide = rules.check([entry("shop.test")], 1, None)
    assert codes(wide) == [Code.COVERS_PROTECTED]
    assert kept in str(wide[0])
    assert rules.check([entry("shop.test", subdomains=False)], 1, None) == []
    assert "shop.test" in rules.spared()


def test_a_wildcard_must_not_cover_a_never_block_name(protection: Protection) -> None:
    name = "rosminzdrav.ru"
    assert codes(gate(protection).check([entry(name)], 1, None)) == [Code.COVERS_PROTECTED]
    assert gate(protection).check([entry(name, subdomains=False)], 1, None) == []


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://vk.com/", Code.SHARED_ROOT),
        ("https://sites.google.com/", Code.SHARED_ROOT),
        ("https://egov.kz/page", Code.NEVER_BLOCK),
        ("https://xn--kasp-o9d.kz/a", Code.LOOK_ALIKE),
        ("http://held.test/x", Code.HELD),
    ],
)
def test_a_url_needs_a_reason_or_is_refused(protection: Protection, url: str, code: Code) -> None:
    rules = gate(protection, held=frozenset({"held.test"}))
    assert code in codes(rules.check([entry(url, scope=Scope.URL)], 1, None))
    overridden = rules.check([entry(url, scope=Scope.URL, overridden=True)], 1, None)
    excused = code in {Code.NEVER_BLOCK, Code.LOOK_ALIKE}
    assert (code not in codes(overridden)) is excused


def test_no_reason_excuses_a_host(protection: Protection) -> None:
    found = gate(protection).check([entry("nur.kz", overridden=True)], 1, None)
    assert Code.NEVER_BLOCK in codes(found)


def test_a_page_of_a_platform_is_fine(protection: Protection) -> None:
    page = entry("https://teletype.in/@shop/1", scope=Scope.URL)
    assert gate(protection).check([page], 1, None) == []


def test_everything_wrong_is_told_at_once(protection: Protection) -> None:
    entries = [entry("vk.com"), entry("egov.kz"), entry("fine.test"), entry("com.kz")]
    found = gate(protection).check(entries, 1, before(shops(50)))
    assert {f.subject for f in found} == {"vk.com", "egov.kz", "com.kz", "export", "serial"}


NAMES = st.lists(st.sampled_from("abc"), min_size=1, max_size=4).map(
    lambda labels: ".".join([*labels, "test"])
)


@given(hosts=st.frozensets(NAMES, max_size=6), kept=st.frozensets(NAMES, max_size=4))
def test_no_zone_that_passes_the_gate_reaches_a_held_name(
    hosts: frozenset[str], kept: frozenset[str]
) -> None:
    rules = Gate(BARE, LIMITS, Untouchable(held=kept))
    spared = rules.spared()
    entries = [entry(host, subdomains=host not in spared) for host in sorted(hosts - kept)]
    if not entries:
        return
    assert rules.check(entries, 1, None) == []
    lines = b"".join(FORMATS["rpz"].write(entries, INFO)).decode().splitlines()
    owners = {line.split()[0] for line in lines if " CNAME " in line}
    for name in kept:
        assert name not in owners
        assert not any(f"*.{above}" in owners for above in above(name))
