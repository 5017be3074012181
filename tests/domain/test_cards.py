"""Card numbers: those that networks publish for testing, and near misses."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.cards import MASK, MASKED, cards_in, is_card_number, masked, masked_card

PUBLISHED = (
    "4111111111111111", "4012888888881881", "4222222222222", "5555555555554444",
    "2223003122003222", "2200770239097761", "6200000000000005", "378282246310005",
    "6759649826438453",
)  # fmt: skip


@pytest.mark.parametrize("digits", PUBLISHED)
def test_published_numbers_are_cards_and_one_changed_digit_makes_them_none(digits: str) -> None:
    assert is_card_number(digits)
    for place in range(len(digits)):
        other = digits[:place] + str((int(digits[place]) + 1) % 10) + digits[place + 1 :]
        assert not is_card_number(other)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("карта 4111 1111 1111 1111, ждём", "карта •••• •••• •••• 1111, ждём"),
        ("5555-5555-5555-4444", "••••-••••-••••-4444"),
        ("Каспи:4111\u00a01111\u00a01111\u00a01111", "Каспи:••••\u00a0••••\u00a0••••\u00a01111"),
        ("3782 822463 10005", "•••• •••••• •0005"),
        ("4111111111111111 5555555555554444", "••••••••••••1111 ••••••••••••4444"),
        ("цена 25000 4111111111111111", "цена 25000 ••••••••••••1111"),
        ("4111  1111  1111  1111", "••••  ••••  ••••  1111"),
        ("4111\n1111\n1111\n1111", "••••\n••••\n••••\n1111"),
        ("4111 - 1111 – 1111 — 1111", "•••• - •••• – •••• — 1111"),
        ("4111·1111/1111*1111", "••••·••••/••••*1111"),
        ("4111_1111_1111_1111", "••••_••••_••••_1111"),
        ("4111\u200b1111\u2060 1111\u00ad1111", "••••\u200b••••\u2060 ••••\u00ad1111"),
        ("41 11 11 11 11 11 11 11", "•• •• •• •• •• •• 11 11"),
        ("４１１１ １１１１ １１１１ １１１１", "•••• •••• •••• １１１１"),
        ("карта4111111111111111", "карта••••••••••••1111"),
        ("Kaspi4111 1111 1111 1111", "Kaspi•••• •••• •••• 1111"),
        ("4111 1111 1111 1111Каспи", "•••• •••• •••• 1111Каспи"),
        ("#4111111111111111", "#••••••••••••1111"),
        ("card=4111111111111111", "card=••••••••••••1111"),
        ("1.4111 1111 1111 1111", "1.•••• •••• •••• 1111"),
    ],
)
def test_a_number_is_masked_and_its_mask_is_known_again(written: str, shown: str) -> None:
    assert masked(written) == shown
    assert masked(shown) == shown
    assert len(MASKED.findall(shown)) == len(cards_in(written))


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1112",
        "https://shop.test/item/4111111111111111",
        "?id=4111111111111111",
        "0.4111111111111111",
        "a4111111111111111",
        "4111111111111111b",
        "8 701 123 45 67",
        "1111 1111 1111 1111",
        "250 000\n150 000\n411 000\n111 111",
        "https://shop.test/pay?card=4111111111111111",
        "1" * 60,
    ],
)
def test_what_is_no_card_stays(text: str) -> None:
    assert masked(text) == text


@given(
    st.sampled_from(PUBLISHED),
    st.text(st.sampled_from("аб цена, \n1234567890•-"), max_size=40),
    st.text(max_size=40),
)
def test_masking_keeps_the_length_and_is_done_once(digits: str, before: str, after: str) -> None:
    text = f"{before} карта {digits} {after}"
    hidden = masked(text)
    assert len(hidden) == len(text)
    assert masked(hidden) == hidden
    assert digits not in hidden


def test_only_the_last_four_are_shown() -> None:
    assert masked_card("4111111111111111") == MASK * 12 + "1111"


def test_a_number_is_not_printed() -> None:
    (card,) = cards_in("4111111111111111")
    assert "4111" not in repr(card)


def test_a_long_column_of_numbers_takes_time_in_proportion() -> None:
    def seconds(count: int) -> float:
        began = time.perf_counter()
        assert not cards_in("4321 12 55 " * count)
        return time.perf_counter() - began

    seconds(1000)
    assert seconds(20_000) < 12 * max(seconds(5_000), 0.005)
