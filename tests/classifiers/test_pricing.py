"""The prices that an assessment states, in the spellings that are met."""

from __future__ import annotations

import pytest

from classifiers.normalise import normalise
from classifiers.pricing import stated_prices
from classifiers.quantities import prices
from tests.classifiers.growth import assert_linear


def stated(text: str) -> list[tuple[float, str, str]]:
    plain = normalise(text).text
    return [(p.amount, p.currency, p.unit) for p in stated_prices(plain, prices(plain))]


@pytest.mark.parametrize(
    "text",
    [
        "12 000 тенге", "12000 тг", "12.000₸", "12 000 тнг", "12 тыс тг", "12 мың теңге", "12т",
        "12000kzt", "12’000 тг", "12 000 tenge", "тг 12000", "KZT 12 000", "₸12000", "12к тенге",
        "12 тысяч тенге", "12000 теңгеге", "12\u00a0000 ₸",
    ],
)  # fmt: skip
def test_tenge_in_every_spelling(text: str) -> None:
    assert stated(text) == [(12000, "KZT", "")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2 500 руб.", [(2500, "RUB", "")]),
        ("2500р за 1 г", [(2500, "RUB", "1 g")]),
        ("$90", [(90, "USD", "")]),
        ("90 баксов", [(90, "USD", "")]),
        ("0.002 BTC", [(0.002, "BTC", "")]),
        ("0,002 биткоина", [(0.002, "BTC", "")]),
        ("1.5 LTC", [(1.5, "LTC", "")]),
        ("50 USDT trc20", [(50, "USDT", "")]),
        ("0,05 xmr", [(0.05, "XMR", "")]),
        ("0.1 монеро", [(0.1, "XMR", "")]),
        ("меф 5к", [(5000, "", "")]),
        ("5-7к", [(5000, "", ""), (7000, "", "")]),
        ("10000-12000 тг", [(10000, "KZT", ""), (12000, "KZT", "")]),
        ("от 10 000 до 12 000 тг за 1 г", [(10000, "KZT", "1 g"), (12000, "KZT", "1 g")]),
        ("8-10 тыс тг", [(8000, "KZT", ""), (10000, "KZT", "")]),
        ("14к за 1г", [(14000, "", "1 g")]),
        ("14000/г", [(14000, "", "1 g")]),
        ("1г - 14000 тг, 2г - 26000 тг", [(14000, "KZT", "1 g"), (26000, "KZT", "2 g")]),
        ("цена 15000", [(15000, "", "")]),
        ("бағасы: 15 000", [(15000, "", "")]),
    ],
)
def test_amount_currency_and_unit(text: str, found: list[tuple[float, str, str]]) -> None:
    assert stated(text) == found


def test_thousands_and_tonnes_are_told_apart_by_what_is_sold() -> None:
    assert stated("шишки 15т, 5т за грамм") == [(15_000, "KZT", ""), (5_000, "KZT", "1 g")]
    assert stated("10 т цемента, цена 200 000 тг") == [(200_000, "KZT", "")]
    for text in ("отдам за 15 т", "шишки 15 т", "цена - 15 т", "баға 15 т", "от 15 т"):
        assert stated(text) == [(15_000, "KZT", "")], text


def test_a_price_by_the_day_is_one_and_times_a_day_are_not() -> None:
    assert stated("аренда 100 р/день, 50 р в сутки") == [(100, "RUB", ""), (50, "RUB", "")]
    assert stated("по таблетке 3 р/д, 2 р в неделю") == []


@pytest.mark.parametrize("piece", ["1 т ", "1 т, 5к ", "2 р/д 7к ", "5 т песка 3к "])
def test_time_is_linear(piece: str) -> None:
    assert_linear(stated, piece, 1_000)


@pytest.mark.parametrize(
    "text",
    [
        "в 2024 году", "с 10 до 12 часов", "канал 5к подписчиков", "тел 8 701 123 45 67",
        "10-12 км", "скидка 15%", "дом 5к2", "5-7 дней", "1984", "версия 3.11",
        "щебень 5 т с доставкой", "грузовик на 1,5 т.", "2 р/д после еды", "3 раз в день",
    ],
)  # fmt: skip
def test_what_is_no_price(text: str) -> None:
    assert stated(text) == []
