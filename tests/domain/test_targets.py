from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import KeyFormatError
from domain.onion import is_valid_onion_v3, onion_from_public_key
from domain.targets import (
    TargetKind,
    canonical_host,
    canonical_onion,
    canonical_url,
    is_telegram_link,
    parse_key,
    site_key,
    telegram_key,
    telegram_username,
    url_key,
)

# The address that the Tor Project publishes for its own site.
TOR_PROJECT = "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion"


def test_an_onion_address_known_to_be_right_is_accepted() -> None:
    assert is_valid_onion_v3(TOR_PROJECT)
    assert is_valid_onion_v3(f"www.{TOR_PROJECT.upper()}.")


@given(st.integers(0, 55), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_one_wrong_character_breaks_the_checksum(position: int, letter: str) -> None:
    label = TOR_PROJECT.removesuffix(".onion")
    changed = label[:position] + letter + label[position + 1 :]
    # A checksum of 16 bits lets one neighbour of this address through.
    right = {label, label[0] + "3" + label[2:]}
    assert is_valid_onion_v3(f"{changed}.onion") == (changed in right)


@given(st.binary(min_size=32, max_size=32))
def test_an_address_made_from_a_key_is_valid(key: bytes) -> None:
    assert is_valid_onion_v3(onion_from_public_key(key))


def test_the_error_of_a_bad_onion_says_what_is_wrong() -> None:
    with pytest.raises(KeyFormatError, match="wrong checksum"):
        canonical_onion("a" * 56 + ".onion")
    with pytest.raises(KeyFormatError, match="16 characters"):
        canonical_onion("expyuzz4wqqyqhjn.onion")


@pytest.mark.parametrize(
    ("given", "canonical"),
    [
        ("Shop.TEST.", "shop.test"),
        ("магазин.қаз", "xn--80aairftm.xn--80ao21a"),
        ("МАГАЗИН.ҚАЗ", "xn--80aairftm.xn--80ao21a"),
        ("a_b.example", "a_b.example"),
        ("192.0.2.1", "192.0.2.1"),
    ],
)
def test_hosts_become_lower_case_punycode(given: str, canonical: str) -> None:
    assert canonical_host(given) == canonical


@pytest.mark.parametrize(
    "bad",
    [
        *("", ".", "a..b", "-a.test", "a-.test", "a b.test", "a\nb.test", "*.test", "a;b.test"),
        *("a/b.test", "$INCLUDE.test", "x" * 64 + ".test", ".".join(["abcdefgh"] * 40)),
    ],
)
def test_what_is_no_host_is_refused_by_name(bad: str) -> None:
    with pytest.raises(KeyFormatError):
        canonical_host(bad)


@pytest.mark.parametrize(
    ("given", "canonical"),
    [
        ("HTTP://Shop.Test:80/a?b=2&a=1#top", "http://shop.test/a?a=1&b=2"),
        ("https://shop.test", "https://shop.test/"),
        ("https://shop.test:8443/", "https://shop.test:8443/"),
        ("http://[2001:db8::1]/x", "http://[2001:db8::1]/x"),
    ],
)
def test_urls_are_normalised(given: str, canonical: str) -> None:
    assert canonical_url(given) == canonical


@pytest.mark.parametrize(
    "bad",
    [
        "ftp://shop.test/",
        "javascript:alert(1)",
        "http://user:secret@shop.test/",
        "http:///path",
        "http://shop.test/a b",
        "http://shop.test:99999/",
        "http://[::1",
        "shop.test",
        "http://" + "a" * 56 + ".onion/",
        "http://shop.test/" + "a" * 3000,
    ],
)
def test_what_is_no_watchable_url_is_refused(bad: str) -> None:
    with pytest.raises(KeyFormatError):
        canonical_url(bad)


@given(st.text(max_size=80))
def test_normalising_arbitrary_text_gives_a_url_or_our_error(text: str) -> None:
    try:
        once = canonical_url("http://" + text)
    except KeyFormatError:
        return
    assert canonical_url(once) == once


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("@Aurora_KZ", "aurora_kz"),
        ("https://t.me/s/Aurora_KZ?before=3", "aurora_kz"),
        ("t.me/aurora_kz/17", "aurora_kz"),
    ],
)
def test_usernames_are_found_in_all_their_forms(given: str, name: str) -> None:
    assert telegram_username(given) == name


@pytest.mark.parametrize(
    "bad", ["t.me/+AbCdEf123", "https://t.me/joinchat/xyz", "@ab", "1abc", "https://x.test/a"]
)
def test_invite_links_and_others_are_no_usernames(bad: str) -> None:
    with pytest.raises(KeyFormatError):
        telegram_username(bad)


def test_a_channel_is_known_by_its_number_once_that_is_known() -> None:
    assert str(telegram_key("@Shop_One")) == "telegram:@shop_one"
    assert str(telegram_key("@Shop_One", numeric_id=1234567890)) == "telegram:1234567890"


def test_a_page_belongs_to_its_host_or_onion() -> None:
    assert site_key("http://shop.test:8080/a").kind is TargetKind.HOST
    assert site_key("http://shop.test:8080/a").value == "shop.test"
    assert site_key(f"http://www.{TOR_PROJECT}/a").value == TOR_PROJECT


def test_keys_survive_being_written_and_read() -> None:
    for key in (
        url_key("http://shop.test/a?b=1"),
        site_key("http://shop.test/"),
        site_key(f"http://{TOR_PROJECT}/"),
        telegram_key("shop_one"),
        telegram_key(numeric_id=42),
    ):
        assert parse_key(str(key)) == key
    with pytest.raises(KeyFormatError):
        parse_key("planet:mars")


@pytest.mark.parametrize("text", ["https://[", "https://t.me[/x", "//[", "https://a/\ud800"])
def test_text_that_is_no_target_is_refused_as_such(text: str) -> None:
    for read in (canonical_url, telegram_username):
        with pytest.raises(KeyFormatError):
            read(text)
    assert not is_telegram_link(text)
