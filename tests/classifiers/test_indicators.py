"""Only what passes its own check is an indicator. Vectors are those of the specifications."""

from __future__ import annotations

import base58
import pytest

from classifiers.bech32 import is_segwit_address
from classifiers.indicators import find_indicators
from domain.cards import is_card_number
from domain.onion import onion_from_public_key

ONION = onion_from_public_key(bytes(range(32)))

#: The Monero project's own, for donations.
XMR = (
    "888tNkZrPN6JsEgekjMnABU4TBzc2Dt29EPAvkRxbANsAnjyPbb3iQ1YBRk1"
    "UXcdRsiKc9dhwMVgN5S9cQUiyoogDavup3H"
)
SESSION = f"05{bytes(range(1, 33)).hex()}"
#: A version 1 program of BIP 350; Bitcoin's key hash of BIP 173 as an address of Litecoin.
BECH32M = "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"
LITECOIN = base58.b58encode_check(b"\x30" + bytes(range(20))).decode()
LITECOIN_SEGWIT = "ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4n9"
TOX = f"{bytes(range(1, 33)).hex()}0a0b0c0d0626"


def found(text: str) -> list[tuple[str, str]]:
    return [(one.indicator.kind, one.indicator.value) for one in find_indicators(text)]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        (f"сайт {ONION} тут", "onion", ONION),
        (f"http://{ONION}/x", "onion", ONION),
        ("1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2", "btc", "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"),
        ("3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy", "btc", "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy"),
        ("TJRyWwFs9wTFGZg3JbrVriFbNfCug5tDeC", "tron", "TJRyWwFs9wTFGZg3JbrVriFbNfCug5tDeC"),
        (BECH32M, "btc", BECH32M),
        (LITECOIN, "ltc", LITECOIN),
        (LITECOIN_SEGWIT, "ltc", LITECOIN_SEGWIT),
        (
            "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
            "btc",
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
        ),
        (
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "eth",
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        ),
        (XMR, "xmr", XMR),
        (f"Tox: {TOX.upper()}", "tox", TOX),
        ("пиши @Some_Name!", "telegram", "some_name"),
        ("https://t.me/Some_Name/15", "telegram", "some_name"),
        ("https://t.me/+AbCdEf_12345", "telegram_invite", "+AbCdEf_12345"),
        ("t.me/joinchat/AAAAAEk1234567", "telegram_invite", "+AAAAAEk1234567"),
        ("тел. 8 701 123 45 67", "phone", "+77011234567"),
        ("+7 (916) 123-45-67", "phone", "+79161234567"),
        ("Почта A.b@Example.org.", "email", "a.b@example.org"),
        ("Jabber: Primer@example.org", "jabber", "primer@example.org"),
        ("жаббер primer@example.org", "jabber", "primer@example.org"),
        ("пиши primer@jabber.example", "jabber", "primer@jabber.example"),
        (f"Session {SESSION.upper()}", "session", SESSION),
        ("карта 4111 1111 1111 1111", "card", "••••••••••••1111"),
    ],
)
def test_a_valid_one_is_found(text: str, kind: str, value: str) -> None:
    assert found(text) == [(kind, value)]


@pytest.mark.parametrize(
    "text",
    [
        ONION.replace(ONION[5], "a" if ONION[5] != "a" else "b", 1),
        "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3",
        "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD",
        XMR.replace("J", "K", 1),
        XMR[:-1],
        TOX.replace("1", "3", 1),
        SESSION[:-2] + "ff",
        BECH32M[:-1] + "1",
        BECH32M.replace("x", "z", 1),
        LITECOIN[:-1] + ("z" if LITECOIN[-1] != "z" else "y"),
        LITECOIN_SEGWIT.replace("w", "q", 1),
        SESSION[:-1],
        "04" + SESSION[2:],
        "0" * 76,
        "карта 4111 1111 1111 1112",
        "номер 1234 5678 9012 3456",
        "заказ 0000 0000 0000 0000",
        "t.me/share",
        "в 2024 году 150 человек",
        "user@",
    ],
)
def test_a_broken_one_is_not(text: str) -> None:
    assert found(text) == []


def test_a_card_never_leaves_whole() -> None:
    (one,) = find_indicators("перевод 5500 0000 0000 0004 Иван")
    assert one.indicator.value == "••••••••••••0004"


def test_places_are_those_of_the_text() -> None:
    text = "бот @first_one и @second_one"
    assert [text[one.start : one.end] for one in find_indicators(text)] == [
        "@first_one",
        "@second_one",
    ]


@pytest.mark.parametrize(
    "digits", ["4111111111111111", "5500000000000004", "2200000000000004", "6200000000000005"]
)
def test_cards_of_the_schemes_in_use(digits: str) -> None:
    assert is_card_number(digits)


@pytest.mark.parametrize(
    "address",
    [
        "0x52908400098527886E0F7030069857D2E4169EE7",
        "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
        "0xde709f2102306220921060314715629080e2fb77",
        "0x27b1fdb04752bbc536007a920d24acb045561c26",
        "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
        "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
    ],
)
def test_eip_55_vectors(address: str) -> None:
    assert found(address) == [("eth", address)]
    if address[2:] not in {address[2:].lower(), address[2:].upper()}:
        assert found("0x" + address[2:].swapcase()) == []


@pytest.mark.parametrize(
    ("address", "valid"),
    [
        ("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", True),
        ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh", False),  # bech32m for version 0
        ("tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx", False),  # a test network
        ("bc1", False),
    ],
)
def test_segwit_vectors(address: str, valid: bool) -> None:
    assert is_segwit_address(address) is valid
