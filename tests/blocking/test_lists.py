from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from blocking.findings import Code
from blocking.neverblock import CATEGORIES, parse_protected
from blocking.platforms import parse_platforms
from blocking.protection import Protection, load_protection
from domain.errors import InputError
from tests.blocking.conftest import LISTS

HEAD = '[list]\ncategory = "media"\nsource = "x"\nadded = 2026-01-31\n'
PLATFORM_HEAD = '[list]\nsource = "x"\nreviewed = 2026-01-31\n'


def test_the_shipped_lists_cover_every_category_with_source_and_date() -> None:
    files = sorted((LISTS / "neverblock").glob("*.toml"))
    entries = [entry for path in files for entry in parse_protected(path.read_text(), path.name)]
    assert {entry.category for entry in entries} == CATEGORIES - {"unit"}
    assert all(entry.source and entry.added for entry in entries)
    assert len(entries) > 500


@pytest.mark.parametrize(
    ("host", "category"),
    [
        ("egov.kz", "government"),
        ("deep.below.gov.kz", "government"),
        ("kaspi.kz", "banks"),
        ("ru.wikipedia.org", "media"),
        ("cloudfront.net", "cdn"),
        ("help.rylkov-fond.org", "harm_reduction"),
    ],
)
def test_protected_names_and_those_below_them_match(
    protection: Protection, host: str, category: str
) -> None:
    entry = protection.never.match(host)
    assert entry is not None
    assert entry.category == category
    assert [finding.code for finding in protection.host_findings(host)][-1] is Code.NEVER_BLOCK


@pytest.mark.parametrize(
    "host", ["notegov.kz", "kaspi.kz.shop.kz", "d111.cloudfront.net", "mykaspi.kz", "shop.test"]
)
def test_other_names_do_not(protection: Protection, host: str) -> None:
    assert protection.host_findings(host) == []


@pytest.mark.parametrize(
    ("name", "real"),
    [("kaspі.kz", "kaspi.kz"), ("gооgle.com", "google.com"), ("login.еgov.kz", "egov.kz")],
)
def test_look_alikes_in_other_scripts_are_seen(
    protection: Protection, name: str, real: str
) -> None:
    host = name.encode("idna").decode()
    found = protection.reason_findings(host)
    assert [finding.code for finding in found] == [Code.LOOK_ALIKE]
    assert real in str(found[0])


def test_honest_names_in_other_scripts_are_no_look_alikes(protection: Protection) -> None:
    assert protection.reason_findings("дәріхана.kz".encode("idna").decode()) == []
    assert protection.reason_findings("kasp1.kz") == []


@pytest.mark.parametrize(
    "host",
    ["kz", "gov.kz", "com.kz", "github.io", "pages.dev", "blogspot.com", "unknown-tld"],
)
def test_public_suffixes_are_shared(protection: Protection, host: str) -> None:
    finding = protection.shared(host)
    assert finding is not None
    assert finding.code is Code.PUBLIC_SUFFIX


@pytest.mark.parametrize(
    "host",
    [
        *("t.me", "telegra.ph", "vk.com", "m.vk.com", "narod.ru", "tilda.ws", "ucoz.net"),
        *("wordpress.com", "www.weebly.com", "sites.google.com", "docs.google.com"),
    ],
)
def test_platforms_the_suffix_list_misses_are_shared(protection: Protection, host: str) -> None:
    finding = protection.shared(host)
    assert finding is not None
    assert finding.code in {Code.PLATFORM, Code.PUBLIC_SUFFIX}


@pytest.mark.parametrize("host", ["shop.tilda.ws", "shop.narod.ru", "shop.github.io", "shop.kz"])
def test_customers_names_are_their_own(protection: Protection, host: str) -> None:
    assert protection.shared(host) is None


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[list\n", "mine.toml"),
        ("[names]\na = ['a.kz']\n", "category must be a text"),
        (HEAD.replace("media", "friends") + "[names]\na=['a.kz']\n", "'friends' is none of"),
        (HEAD.replace("2026-01-31", "'soon'") + "[names]\na=['a.kz']\n", "must be a date"),
        (HEAD, "no names"),
        (HEAD + "[names]\na = 'a.kz'\n", "a must be a list of strings"),
        (HEAD + "[names]\na = ['A.kz']\n", "write 'A.kz' as 'a.kz'"),
        (HEAD + "[names]\na = ['a b']\n", "not a host name"),
        (HEAD + "[name]\na = ['a.kz']\n", "unknown table 'name'"),
        ("names = 3\n" + HEAD, r"\[names\] must be a table"),
    ],
)
def test_a_wrong_list_is_named(text: str, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint) as caught:
        parse_protected(text, "mine.toml")
    assert "mine.toml" in str(caught.value)


def test_a_missing_list_is_an_error_and_not_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no never-block list"):
        load_protection(LISTS / "platforms.toml", [tmp_path])
    with pytest.raises(InputError, match=r"nowhere\.toml"):
        load_protection(tmp_path / "nowhere.toml", [LISTS / "neverblock"])


def test_a_unit_adds_its_own_list(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text(
        HEAD.replace("media", "unit") + '[names]\nall = ["our-portal.kz"]\n'
    )
    lists = load_protection(LISTS / "platforms.toml", [LISTS / "neverblock", tmp_path])
    assert lists.never.match("www.our-portal.kz") is not None


def test_the_platform_list_holds_no_name_twice() -> None:
    raw = tomllib.loads((LISTS / "platforms.toml").read_text())
    names = [n for t in ("paths", "subdomains") for group in raw[t].values() for n in group]
    assert len(names) == len(set(names))
    platforms = parse_platforms((LISTS / "platforms.toml").read_text(), "x")
    assert platforms.paths | platforms.subdomains == set(names)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[paths]\na = ['a.kz']\n", "source must be a text"),
        ("[list]\nsource = 'x'\n", "reviewed must be a date"),
        (PLATFORM_HEAD + "[paths]\na = ['A.kz']\n", "write 'A.kz' as 'a.kz'"),
        (PLATFORM_HEAD + "[subdomains]\na = 'a.kz'\n", "a must be a list of strings"),
        (PLATFORM_HEAD + "[own]\nlabels = 'www'\n", "labels must be a list of strings"),
    ],
)
def test_a_wrong_platform_list_is_named(text: str, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint) as caught:
        parse_platforms(text, "mine.toml")
    assert "mine.toml" in str(caught.value)
