from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.defang import printable
from domain.mixed_scripts import strange_letters


@pytest.mark.parametrize(
    ("text", "strange"),
    [
        ("kaspi.kz", []),
        ("k\u0430spi.kz", ["\u0430"]),
        ("к\u0430сса", []),
        ("мефедр\u006fн и скорость", ["o"]),
        ("\u0440\u0430y\u0440\u0430l", ["y", "l"]),  # four Cyrillic letters, two Latin
        ("G\u03bfogle", ["\u03bf"]),
        ("VHQ мяу MDMA таблетки", []),
        ("с9 е", []),
        ("ас\u0430p ab\u0441\u0434", ["p", "\u0441\u0434"]),
        ("қ\u0430зақ \u0456стер", []),
        ("", []),
        (printable("\u202eмяу"), []),
    ],
)
def test_letters_of_another_alphabet_are_found(text: str, strange: list[str]) -> None:
    assert [text[start:end] for start, end in strange_letters(text)] == strange


@given(st.text())
def test_places_are_in_order_and_within(text: str) -> None:
    at = 0
    for start, end in strange_letters(text):
        assert at <= start < end <= len(text)
        at = end + 1
