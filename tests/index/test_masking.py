from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.masking import indexable

# Numbers that card networks publish for testing.
VISA, MASTER = "4111111111111111", "5555555555554444"


@pytest.mark.parametrize(
    ("written", "masked"),
    [
        (f"карта {VISA}, ждём", "карта ••••••••••••1111, ждём"),
        ("4111 1111 1111 1111", "•••• •••• •••• 1111"),
        ("5555-5555-5555-4444", "••••-••••-••••-4444"),
        (f"цена 25000 {VISA} 12", "цена 25000 ••••••••••••1111 12"),
        ("25000 4111 1111 1111 1111", "25000 •••• •••• •••• 1111"),
        (f"{VISA} {MASTER}", "••••••••••••1111 ••••••••••••4444"),
        ("4111111111111112", "4111111111111112"),  # fails the check
        ("8 701 123 45 67", "8 701 123 45 67"),
        ("1" * 60, "1" * 60),
    ],
)
def test_card_numbers_are_masked(written: str, masked: str) -> None:
    assert indexable(written) == masked


@given(st.text(alphabet=st.characters() | st.sampled_from("456 -\ud800\udc00"), max_size=100))
def test_it_keeps_the_length_and_can_be_stored(text: str) -> None:
    masked = indexable(text)
    assert len(masked) == len(text)
    assert masked.encode().decode() == masked
