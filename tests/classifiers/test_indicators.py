"""Only what passes its own check is an indicator. Vectors are those of the specifications."""

from __future__ import annotations

import pytest

from classifiers.bech32 import is_segwit_address
from classifiers.indicators import find_indicators, is_card_number
from classifiers.keccak import keccak256
from domain.onion import onion_from_public_key

ONION = onion_from_public_key(bytes(range(32)))


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
        ("пиши @Some_Name!", "telegram", "some_name"),
        ("https://t.me/Some_Name/15", "telegram", "some_name"),
        ("https://t.me/+AbCdEf_12345", "telegram_invite", "+AbCdEf_12345"),
        ("t.me/joinchat/AAAAAEk1234567", "telegram_invite", "+AAAAAEk1234567"),
        ("тел. 8 701 123 45 67", "phone", "+77011234567"),
        ("+7 (916) 123-45-67", "phone", "+79161234567"),
        ("Почта A.b@Example.org.", "email", "a.b@example.org"),
        ("карта 4111 1111 1111 1111", "card", "************1111"),
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
    assert one.indicator.value == "************0004"


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


def test_keccak_vectors() -> None:
    assert keccak256(b"").hex() == (
        "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
    )
    assert keccak256(b"abc").hex() == (
        "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"
    )


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
