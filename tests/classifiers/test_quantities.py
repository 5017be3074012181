"""Amounts and prices with unit and currency."""

from itertools import pairwise

import pytest

from classifiers.normalise import normalise
from classifiers.quantities import prices, quantities


@pytest.mark.parametrize(
    ("text", "amount", "currency", "unit"),
    [
        ("1 500 тг", 1500, "KZT", ""),
        ("12 000 ₸", 12000, "KZT", ""),
        ("15к тенге", 15000, "KZT", ""),
        ("20 мың теңге", 20000, "KZT", ""),
        ("900 руб.", 900, "RUB", ""),
        ("$25", 25, "USD", ""),
        ("25$", 25, "USD", ""),
        ("0.05 btc", 0.05, "BTC", ""),
        ("1г - 15000", 15000, "", "1 g"),
        ("0,5 г 8000 тг", 8000, "KZT", "0.5 g"),
        ("2г=9к", 9000, "", "2 g"),
        ("3800₽/гр", 3800, "RUB", "1 g"),
        ("5000 тг за грамм", 5000, "KZT", "1 g"),
        ("10 шт 3000 тг", 3000, "KZT", "10 pcs"),
    ],
)
def test_a_price_is_read(text: str, amount: float, currency: str, unit: str) -> None:
    found = prices(normalise(text).text)
    assert [(p.price.amount, p.price.currency, p.price.unit) for p in found] == [
        (amount, currency, unit)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "в 2021 году",
        "дом 15",
        "20mg 10 pcs",
        "тел 87011234567",
        "100%",
        "1г 20%",
        "5 км",
        "щебень 5 т",
        "по 1 капле 2 р/д",
    ],
)
def test_what_is_no_price(text: str) -> None:
    assert prices(normalise(text).text) == []


def test_several_prices_stand_in_order_and_apart() -> None:
    found = prices("1г 5000тг, 2г 9000тг; 5г 20000тг")
    assert [p.price.amount for p in found] == [5000, 9000, 20000]
    assert all(a.end <= b.start for a, b in pairwise(found))


@pytest.mark.parametrize(
    ("text", "unit"),
    [("0.5 гр", "g"), ("10 таблеток", "pcs"), ("200мкг", "ug"), ("3 дана", "pcs"), ("1 kg", "kg")],
)
def test_an_amount_is_read(text: str, unit: str) -> None:
    assert [one.unit for one in quantities(text)] == [unit]
