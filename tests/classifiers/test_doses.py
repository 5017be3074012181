"""Price lists by dose: code for something unnamed, and what looks like them and is lawful."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.doses import dose_list

CORPUS = Path(__file__).resolve().parents[1] / "corpus" / "corpus.jsonl"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("белый: 0.5 — 24, 1 — 46", "0.5 — 24, 1 — 46"),
        ("мяу 0,5 – 7,5 / 1 – 13 / 2 – 24,5 +500 за дорогу", "0,5 – 7,5 / 1 – 13 / 2 – 24,5"),
        ("қоңыр 0,3 - 6; 0,5 - 9; 1 - 16", "0,3 - 6; 0,5 - 9; 1 - 16"),
        ("0.25=5 | 0.5=9 | 1=17", "0.25=5 | 0.5=9 | 1=17"),
        ("белый\n0,5г - 9к\n1г - 16к\nпо адресам", "0,5г - 9к\n1г - 16к"),
        ("0.5 за 9, 1 за 17", "0.5 за 9, 1 за 17"),
        ("цена 0.9 — 3. Ряд: 0.5 — 8, 1 — 15", "0.5 — 8, 1 — 15"),
    ],
)
def test_lists_by_dose(text: str, found: str) -> None:
    place = dose_list(text)
    assert place is not None
    assert text[slice(*place)].rstrip("к") == found.rstrip("к")


@pytest.mark.parametrize(
    "text",
    [
        "Шафран: 0,5 г — 2 800 ₸, 1 г — 5 200 ₸, 2 г — 9 900 ₸",
        "Пиво: 0.5 л — 9, 1 л — 17",
        "разливное 0,5 — 900 тг, 1 — 1700 тг",
        "Common: 0.5-1mg Heavy: 1-2mg",
        "дозировка 0.25-0.5 мг, 0.5-1 мг",
        "Чай 50 — 9, 100 — 17",
        "ТБ 0.5 — 1.1; ТБ 1.5 — 1.3; ТБ 2.5 — 2.0",
        "тотал 0.5 — 1.10, 1.5 — 1.35, 2.5 — 2.05",
        "тюльпаны 1 — 500, 3 — 1400, 5 — 2200",
        "Счёт 0.5 — 0.5, ничья 1 — 1",
        "курс: 0.5 — 12%, 1 — 23%",
        "0.5 — 8 утра, 1 — 2 ночи",
        "0.5 — 24, 1 — 90",
        "0.5 — 24, 1 — 25, 2 — 26",
        "плитка 0.5 — 8 см, 1 — 15 см",
        "версия 0.5 — 1.0 — 2.0",
        "0.5 — 8",
        "",
    ],
)
def test_what_is_none(text: str) -> None:
    assert dose_list(text) is None


def test_the_evaluation_texts() -> None:
    """None of the innocent ones has a list; few of the others do: most name what they sell."""
    rows = [json.loads(line) for line in CORPUS.read_text("utf-8").splitlines()]
    found = [row["label"] for row in rows if dose_list(row["text"]) is not None]
    assert found
    assert {*found} == {"drug_sale"}


@given(st.text(alphabet="0123456789.,-—/ \nгkл₸а", max_size=200))
def test_a_list_has_two_steps_and_begins_below_one(text: str) -> None:
    place = dose_list(text)
    if place is not None:
        start, end = place
        assert 0 <= start < end <= len(text)
        assert text[start] == "0"
        assert sum(one.isdigit() for one in text[start:end]) >= 4


def test_long_texts_take_no_longer_than_their_length() -> None:
    """No pattern goes over the same signs again and again."""
    assert dose_list("0.5 — 24 " * 20_000) is None
    assert dose_list("0." * 100_000) is None
    assert dose_list("0.5 " + "-" * 200_000) is None
