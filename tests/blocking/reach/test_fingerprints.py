"""Block pages and sinkholes that are known, from a file that may hold anything."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocking.reach.fingerprints import normalised, parse_fingerprints
from domain.digests import sha256_hex
from domain.errors import InputError

BODY = "<html>Доступ  к\nресурсу ОГРАНИЧЕН</html>".encode()


def known(rows: str, *, vantage: str = "operator", status: int = 403, location: str = "") -> str:
    """The fingerprint that a page fits."""
    headers = [("Server", "Wall/1.2"), *([("Location", location)] if location else [])]
    found = parse_fingerprints(f'[[fingerprint]]\nname = "wall"\n{rows}'.encode(), "pages.toml")
    return found.of_page(vantage, status, headers, BODY, ["192.0.2.66"])


@pytest.mark.parametrize(
    "rows",
    [
        'text = "доступ к ресурсу ограничен"',
        f'sha256 = "{sha256_hex(normalised(BODY).encode())}"',
        'header = "server: wall/"',
        'status = 403\nheader = "Server: wall"\ntext = "ресурсу ограничен"',
        'vantages = ["operator"]\ntext = "ресурсу ограничен"',
        'text = "ресурсу ограничен"\ndns = ["192.0.2.64/26"]',
    ],
)
def test_a_page_fits_where_everything_does(rows: str) -> None:
    assert known(rows) == "wall"


@pytest.mark.parametrize(
    "rows",
    [
        'text = "нет такого ресурса"',
        'status = 200\ntext = "ресурсу ограничен"',
        'header = "Server: nginx"',
        'vantages = ["another"]\ntext = "ресурсу ограничен"',
        'text = "ресурсу ограничен"\ndns = ["192.0.2.1"]',
        'dns = ["192.0.2.66"]',
    ],
)
def test_a_page_that_lacks_something_fits_not(rows: str) -> None:
    assert known(rows) == ""


@pytest.mark.parametrize(
    ("location", "fits"),
    [
        ("http://wall.test/x", "wall"),
        ("https://a.wall.test", "wall"),
        ("http://notwall.test/", ""),
        ("/wall.test/", ""),
        ("http://[broken", ""),
    ],
)
def test_redirects_are_known_by_their_host(location: str, fits: str) -> None:
    assert known('redirect_host = "wall.test"', status=302, location=location) == fits


def test_sinkholes_are_answers_and_no_pages() -> None:
    rows = b'[[fingerprint]]\nname = "sinkhole"\ndns = ["192.0.2.200/30", "2001:db8::/64"]\n'
    found = parse_fingerprints(rows, "pages.toml")
    assert found.of_dns("any", ["192.0.2.1", "192.0.2.201"]) == "sinkhole"
    assert found.of_dns("any", ["2001:db8::7"]) == "sinkhole"
    assert found.of_dns("any", ["192.0.2.1"]) == ""


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("[[fingerprint]]\n", "fingerprint 1: needs a name"),
        ('[[fingerprint]]\nname = "a"\n', "would fit any page"),
        ('[[fingerprint]]\nname = "a"\nstatus = 403\n', "would fit any page"),
        ('[[fingerprint]]\nname = "a"\ntext = "short"\n', "at least 12 characters"),
        ('[[fingerprint]]\nname = "a"\nsha256 = "abc"\n', "64 hex digits"),
        ('[[fingerprint]]\nname = "a"\nheader = "Server"\n', "header is written"),
        ('[[fingerprint]]\nname = "a"\ndns = ["300.1.1.1"]\n', "dns holds addresses"),
        ('[[fingerprint]]\nname = "a"\nstatus = true\ntext = "long enough it is"\n', "a number"),
        ('[[fingerprint]]\nname = "a"\ntitle = "x"\n', "there is no key 'title'"),
        ("[fingerprint]\nname = 1\n", "[[fingerprint]] tables"),
        ("pages = 1\n", "[[fingerprint]] tables"),
        ("[[", "pages.toml: "),
    ],
)
def test_a_file_that_is_wrong_is_refused_by_name(rows: str, told: str) -> None:
    with pytest.raises(InputError, match=r"pages\.toml") as raised:
        parse_fingerprints(rows.encode(), "pages.toml")
    assert told in str(raised.value)


@given(st.binary(max_size=200))
def test_no_file_does_more_than_being_refused(data: bytes) -> None:
    """What is no list of fingerprints is refused by name; nothing made up becomes one."""
    said = "pages.toml"
    try:
        found = parse_fingerprints(data, "pages.toml").rows
    except InputError as error:
        found, said = (), str(error)
    assert (found, "pages.toml" in said) == ((), True)


@given(st.binary(max_size=500))
def test_any_body_has_a_normal_form_that_stays(body: bytes) -> None:
    text = normalised(body)
    assert normalised(text.encode()) == text
