from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocking.entries import Scope, TelegramItem
from blocking.values import block_host, block_url
from domain.errors import KeyFormatError
from tests.blocking.making import entry

BAD_HOSTS = [
    "",
    "kz",
    "shop",
    "shop.kz.",
    ".shop.kz",
    "shop..kz",
    "*.shop.kz",
    "*.kz",
    "SHOP.kz",
    "shop.kz\n",
    "shop.kz\r\n*.kz",
    "shop.kz;",
    "shop.kz CNAME .",
    "$INCLUDE /etc/passwd",
    "$include.kz",
    "@",
    "shop.kz/path",
    "https://shop.kz",
    "user:pw@shop.kz",
    "shop.kz:80",
    "a" * 64 + ".kz",
    ".".join(["a" * 60] * 5) + ".kz",
    "-shop.kz",
    "shop-.kz",
    "дүкен.kz",
    "shop.қаз",
    "\u202eshop.kz",
    "shop\u200b.kz",
    "127.0.0.1",
    "8.8.8.8",
    "127.1",
    "0x7f.1",
    "1.0x7f",
    "[::1]",
    "::1",
    "shop.local",
    "shop.localhost",
    "1.0.0.127.in-addr.arpa",
    "32.1.2.3.4.rpz-ip",
    "shop.rpz-nsdname",
    "shop.onion",
    '"shop".kz',
    "shop\\.kz",
    "=cmd.kz",
    "shop\x00.kz",
]


@pytest.mark.parametrize("bad", BAD_HOSTS)
def test_no_entry_can_be_made_of_what_is_no_host(bad: str) -> None:
    with pytest.raises(KeyFormatError):
        block_host(bad)
    with pytest.raises(KeyFormatError):
        entry(bad)


@pytest.mark.parametrize(
    "good",
    [
        "shop.kz",
        "a.b.c.shop.test",
        "xn--80ao21a.xn--80ao21a",
        "sh_op.kz",
        "1xbet.kz",
        "a" * 63 + ".kz",
    ],
)
def test_hosts_pass_as_they_are(good: str) -> None:
    assert block_host(good) == good


@pytest.mark.parametrize(
    "bad",
    [
        "shop.kz/x",
        "ftp://shop.kz/",
        "javascript:alert(1)",
        "http://user:pw@shop.kz/",
        "http://shop.kz/\nhttp://kaspi.kz/",
        "http://shop.kz/ x",
        "http://shop.kz/\u202egpj.exe",
        "http://SHOP.kz/",
        "http://shop.kz./",
        "http://*.kz/",
        "http://kz/",
        "http://127.0.0.1/",
        "http://10.1.2.3/x",
        "http://169.254.169.254/latest",
        "http://100.64.0.1/",
        "http://224.0.0.1/",
        "http://0.0.0.0/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://[::1]/",
        "http://[fd00::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://[64:ff9b::a00:1]/",
        "http://[2002:a00:1::]/",
        "http://router.lan/",
        "http://shop.kz:99999/",
        "http://" + "a" * 56 + ".onion/",
    ],
)
def test_no_entry_can_be_made_of_what_is_no_public_url(bad: str) -> None:
    with pytest.raises(KeyFormatError):
        block_url(bad)
    with pytest.raises(KeyFormatError):
        entry(bad, scope=Scope.URL)


@pytest.mark.parametrize(
    "good",
    [
        "http://shop.kz/",
        "https://shop.kz:8443/a?b=c",
        "http://8.8.8.8/x",
        "http://shop.kz/%E2%80%AE",
        "http://xn--80ao21a.kz/a;b,c'd",
    ],
)
def test_canonical_public_urls_pass(good: str) -> None:
    assert block_url(good) == good


@given(st.text(max_size=60))
def test_whatever_passes_as_a_host_is_plain_letters_digits_and_dots(text: str) -> None:
    try:
        passed = block_host(text)
    except KeyFormatError:
        return
    assert re.fullmatch(r"[a-z0-9_-]+(\.[a-z0-9_-]+)+", passed)


@given(st.text(alphabet=st.characters(), max_size=60).map("http://shop.kz/".__add__))
def test_whatever_passes_as_a_url_is_one_visible_ascii_word(text: str) -> None:
    try:
        passed = block_url(text)
    except KeyFormatError:
        return
    assert re.fullmatch(r"[!-~]+", passed)


@pytest.mark.parametrize(
    "item",
    [
        {"username": ""},
        {"username": "@shop"},
        {"username": "Shop_kz"},
        {"username": "a\nb"},
        {"username": "=cmd|calc"},
        {"username": "shop_kz", "posts": (0,)},
        {"username": "shop_kz", "posts": tuple(range(1, 1002))},
    ],
)
def test_channels_need_a_real_name_or_number(item: dict[str, object]) -> None:
    with pytest.raises(KeyFormatError):
        TelegramItem(**item)


def test_an_entry_holds_what_its_scope_says_and_nothing_else() -> None:
    with pytest.raises(KeyFormatError, match="one value"):
        entry("a.kz", "b.kz")
    with pytest.raises(KeyFormatError, match="do not fit"):
        entry()
    with pytest.raises(KeyFormatError, match="Telegram item"):
        entry("a.kz", telegram=TelegramItem("shop_kz"))
    with pytest.raises(KeyFormatError, match="Telegram item"):
        entry(scope=Scope.TELEGRAM)
