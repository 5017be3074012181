from __future__ import annotations

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InputError
from domain.references import BYTES, grouped, read_reference, reference

randoms = st.binary(min_size=BYTES, max_size=BYTES)


@given(randoms)
def test_a_number_is_read_however_it_is_typed(random: bytes) -> None:
    number = reference(random)
    assert [len(group) for group in number.split("-")] == [5, 5, 5, 5]
    plain = read_reference(number)
    assert grouped(plain) == number
    assert read_reference(f"  {number.lower().replace('-', ' ')}\n") == plain
    cyrillic = number.translate(str.maketrans("ABCEHKMPTX0", "АВСЕНКМРТХО"))
    assert read_reference(cyrillic) == plain


@given(randoms, st.integers(0, 19), st.integers(1, 31))
def test_one_wrong_symbol_is_seen(random: bytes, at: int, off: int) -> None:
    symbols = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    plain = read_reference(reference(random))
    wrong = symbols[(symbols.index(plain[at]) + off) % 32]
    with pytest.raises(InputError):
        read_reference(plain[:at] + wrong + plain[at + 1 :])


@given(randoms, st.integers(0, 18))
def test_two_exchanged_neighbours_are_seen(random: bytes, at: int) -> None:
    plain = read_reference(reference(random))
    exchanged = plain[:at] + plain[at + 1] + plain[at] + plain[at + 2 :]
    if exchanged != plain:
        with pytest.raises(InputError):
            read_reference(exchanged)


@pytest.mark.parametrize(
    "text", ["", "1", "U" * 20, "0" * 19, "0" * 21, "<script>", "\N{ARABIC-INDIC DIGIT THREE}" * 20]
)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        read_reference(text)


def test_numbers_do_not_repeat() -> None:
    assert len({reference(secrets.token_bytes(BYTES)) for _ in range(10_000)}) == 10_000
    with pytest.raises(ValueError, match="random bytes"):
        reference(b"short")
