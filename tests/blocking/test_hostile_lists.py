"""Whatever is asked to be blocked: what passes the gate is nobody else's, in any format."""

from __future__ import annotations

import ipaddress
import subprocess
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

import config
from blocking.entries import BY_NAME, Entry, Scope
from blocking.exporters import FORMATS
from blocking.gate import Gate, Limits, Untouchable
from blocking.names import is_below
from blocking.protection import load_protection
from blocking.zonecheck import program
from domain.errors import KeyFormatError
from tests.blocking.making import INFO, entry
from tests.blocking.reading import literals, records, written

LISTS = Path(config.__file__).parent
PROTECTION = load_protection(LISTS / "platforms.toml", [LISTS / "neverblock"])
HELD, DISMISSED = "held.market.kz", "quiet.bazar.com.kz"
GATE = Gate(
    PROTECTION,
    Limits(canaries=("egov.kz", "*.canary.test")),
    Untouchable(held=frozenset({HELD}), dismissed=frozenset({DISMISSED})),
)
#: Names that a block must not hit, and what stands above and below them.
PROTECTED = sorted(PROTECTION.never.names)[::7]
_NAMES = st.sampled_from(
    [
        *("kz", "com.kz", "co.uk", "github.io", "pages.dev", "blogspot.com", "internal", "onion"),
        *("t.me", "telegra.ph", "vk.com", "narod.ru", "wordpress.com", "sites.google.com"),
        *(HELD, "market.kz", DISMISSED, "bazar.com.kz", "egov.kz", "canary.test", "a.canary.test"),
        *("localhost", "10.0.0.1", "127.0.0.1", "[::1]", "192.168.1.1", "8.8.8.8", "rpz-ip"),
        *("еgоv.kz", "xn--v-7tbe.kz", "shop.kz.", "shop..kz", "*.kz", "-shop.kz", "shop_.kz"),
        *PROTECTED,
    ]
)
_BELOW = st.sampled_from(["", "", "www.", "shop.", "*.", "a.b.", "\u202e", ".", "32.1.0.0.10."])
_AFTER = st.sampled_from(["", "", ".", " ", "\n*.kz CNAME .", ";", ".rpz-nsip", ".kz", "\r\n"])
_CLOSE = st.sampled_from(
    [HELD, "market.kz", DISMISSED, "bazar.com.kz", "com.kz", "t.me", "shop.kz"]
)
HOSTS = st.one_of(
    _CLOSE,
    _NAMES,
    st.builds(lambda below, name, after: f"{below}{name}{after}", _BELOW, _NAMES, _AFTER),
    st.from_regex(r"[a-z0-9_-]{1,20}(\.[a-z0-9_-]{1,12}){1,3}", fullmatch=True),
)
_START = st.sampled_from(["http://", "https://", "http://user:word@", "HTTP://", "ftp://", "//"])
_WAYS = st.sampled_from(["", "/", "/menu", "/?a=,\"'", "/#a", ":8080/x"])
_PATHS = st.one_of(_WAYS, st.text(max_size=8))
URLS = st.one_of(
    st.builds(lambda host, path: f"http://{host}{path}", st.one_of(_CLOSE, _NAMES), _WAYS),
    st.builds(lambda start, host, path: f"{start}{host}{path}", _START, HOSTS, _PATHS),
)


def passed(scope: Scope, values: list[str], *, subdomains: bool) -> list[Entry]:
    """The entries that can be made of ``values`` and that the gate has nothing against."""
    spared, found = GATE.spared(), []
    for value in dict.fromkeys(values):
        try:
            one = entry(value, scope=scope, subdomains=subdomains and value not in spared)
        except KeyFormatError:
            continue
        if not GATE.check([one], 1, None):
            found.append(one)
    return found


@given(st.lists(HOSTS, max_size=12), st.booleans(), st.sampled_from([Scope.HOST, Scope.DOMAIN]))
def test_no_name_of_others_gets_through_in_any_format(
    hosts: list[str], subdomains: bool, scope: Scope
) -> None:
    entries = passed(scope, hosts, subdomains=subdomains)
    said = {name for one in entries for name in (*one.names, one.host)}
    for name in blocked_names(entries):
        assert name.removeprefix("*.") in said
        innocent(name)


@given(st.lists(URLS, max_size=12))
def test_no_url_of_others_gets_through_in_any_format(urls: list[str]) -> None:
    entries = passed(Scope.URL, urls, subdomains=True)
    named = {value for one in entries for value in one.values}
    assert set(records("urls", written("urls", entries))) == named
    for url in named:
        parts = urlsplit(url)
        host = parts.hostname or ""
        assert parts.username is None
        if (parts.path in {"", "/"}) and not parts.query:
            assert PROTECTION.shared(host) is None
            assert PROTECTION.never.match(host) is None
        try:
            assert ipaddress.ip_address(host).is_global
        except ValueError:
            assert "." in host
    for name in ("rpz", "domains", "hosts", "adblock"):
        assert [one for one in entries if not FORMATS[name].leaves_out(one, INFO)] == []


def blocked_names(entries: list[Entry]) -> list[str]:
    """Every name that any format would have blocked."""
    plain = [one for one in entries if one.scope in BY_NAME]
    patterns = [found.pattern for found in records("stix", written("stix", entries))]
    return [
        *records("rpz", written("rpz", plain)),
        *records("domains", written("domains", plain)),
        *(row["domain"] for row in records("csv", written("csv", plain))),
        *(found.text for found in records("xml", written("xml", plain))),
        *(found.value for found in records("misp", written("misp", plain))),
        *(literals(pattern)[0] for pattern in patterns),
    ]


def innocent(name: str) -> None:
    """``name`` is nobody's that a block must not hit, nor does its wildcard cover one."""
    host = name.removeprefix("*.")
    assert PROTECTION.host_findings(host) == []
    assert host not in {HELD, "egov.kz", "canary.test"}
    assert not is_below(host, "canary.test")
    if name.startswith("*."):
        others = (HELD, DISMISSED, "egov.kz", "canary.test", *PROTECTION.never.names)
        assert [other for other in others if is_below(other, host)] == []


@pytest.mark.skipif(not program("named-checkzone"), reason="system package missing: bind9-utils")
@given(hosts=st.lists(HOSTS, min_size=40, max_size=80))
def test_the_zone_of_what_passes_is_one_to_its_own_checker(
    hosts: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    entries = passed(Scope.HOST, hosts, subdomains=True)
    path = tmp_path_factory.mktemp("zone") / "block.rpz"
    path.write_bytes(b"".join(FORMATS["rpz"].write(entries, replace(INFO, number=8))))
    command = [program("named-checkzone"), "-i", "none", INFO.zone, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
