"""Amounts of goods and prices, with currency and unit, in normalised text."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from domain.assessment import Price

_NUMBER = r"(?<![\w.,])(?P<{0}>\d{{1,3}}(?:[ .,]\d{{3}}){{1,2}}(?!\d)|\d{{1,7}}(?:[.,]\d{{1,3}})?)"
_UNITS = {
    "g": r"г|гр|грамм\w{0,3}|грам\w{0,3}|g|gr|gram|grams|gramm|грамына|грамы",
    "mg": r"мг|mg", "kg": r"кг|kg|kilo|килограмм\w{0,2}", "ml": r"мл|ml",
    "l": r"л|литр\w{0,2}|liter",
    "ug": r"мкг|µg|ug|mcg", "oz": r"oz|ounce|ounces", "lb": r"lb|lbs|pound|pounds",
    "pcs": r"шт|штук\w{0,2}|таб|табл|таблет\w{1,4}|капс\w{0,4}|дана|марк\w{0,2}|блистер\w{0,2}"
           r"|pcs|pills|pill|tabs|tab|tablets|caps|x",
}  # fmt: skip
_CURRENCIES = {
    "KZT": r"₸|тг|тенге|теңге|теңгеге|kzt|tenge|т", "RUB": r"₽|руб|рублей|рубля|р|rub|rubles",
    "USD": r"usd|долл\w{0,5}|доллар\w{0,3}|dollars?|бакс\w{0,3}", "EUR": r"€|eur|euro|евро",
    "UAH": r"грн|uah|гривен|гривн\w{0,2}", "GBP": r"£|gbp", "BTC": r"btc|฿", "USDT": r"usdt",
    "XMR": r"xmr", "LTC": r"ltc", "KGS": r"сом|kgs", "UZS": r"сум|uzs",
}  # fmt: skip


def _groups(table: dict[str, str]) -> str:
    return "|".join(f"(?P<{name}>{pattern})" for name, pattern in table.items())


_THOUSAND = r"(?P<k> ?(?:k|к|тыс|мың|тысяч\w?)\b\.?)?"
_QUANTITY = re.compile(_NUMBER.format("n") + rf" ?(?:{_groups(_UNITS)})(?![\w])")
_PRICED = re.compile(
    _NUMBER.format("n") + _THOUSAND + rf" ?(?:{_groups(_CURRENCIES)}|(?P<sign>\$))(?![\w])"
)
_PER_UNIT = re.compile(
    rf"[ \t]{{0,2}}(?:/|за|per|a)[ \t]{{0,2}}(?:(?P<q>\d{{1,3}}) ?)?(?:{_groups(_UNITS)})(?![\w])"
)
_SIGNED = re.compile(r"(?P<sign>[$€£₸₽]) ?" + _NUMBER.format("n") + r"(?P<k>k\b)?")
_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP", "₸": "KZT", "₽": "RUB"}
# "1г - 15000", "0.5 гр 2200", "2г=9к": an amount and a bare number behind it.
_BARE = re.compile(
    _NUMBER.format("q")
    + rf" ?(?:{_groups(_UNITS)})\.?\)?[ \t]*(?:[-–—=:•|/>»]{{1,2}}|по|за|\b)[ \t]*"
    r"(?P<n>\d{1,3}[ .]\d{3}|\d{2,7}|\d(?= ?[kк]\b))(?P<k> ?[kк]\b)?(?![\w%.,]*\d|\s?%)"
    rf"(?![ ]?(?:{'|'.join(_UNITS.values())})(?!\w))"
)
# "белый 1 — 20к": thousands behind a dash are a price although no currency is named.
_DASHED = re.compile(r"(?:[-–—=:/]|за|по) ?(?P<n>\d{1,3}(?:[.,]\d)?)(?P<k> ?[kк])(?![\w])")
# "5 т щебня" are tonnes, beside what is sold by them alone: in slang a bare "т" is a thousand.
# "2 р/д" is how often a day.
_BULK = (
    r"щеб\w{2,4}|пес(?:ок|ка|ком)|цемент\w{0,2}|угл[яь]\w?|уголь|груз\w{0,4}|зерн\w{1,2}|пшениц\w"
    r"|кирпич\w?|бетон\w?|асфальт\w?|чернозем\w?|земл[иья]|металл\w?|сена|грави[йя]|керамзит\w?"
    r"|отсев\w?"
)
_TONNES = r"\d{1,5}(?:[.,]\d{1,2})? ?т(?!\w)"
_NO_MONEY = re.compile(
    rf"(?<![\w.,]){_TONNES}\.?(?= (?:{_BULK}|муки|соли|сахара|картофеля|лука)\b)"
    rf"|\b(?:{_BULK}|грузовик на|самосвал на|грузоподъемность\w*)[ :—-]{{1,3}}{_TONNES}"
    r"|(?<![\w.,])\d ?р(?:аз\w{0,2})?\.? ?(?:/|в|на) ?"
    r"(?:д|день|дня|сут|сутки|нед|неделю|мес|месяц)\b"
)
_MAX_AMOUNT = 1e9
_DRUG_UNITS = frozenset({"g", "mg", "ug", "pcs", "oz"})


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount of goods at ``start`` to ``end``; ``unit`` is a key of the table of units."""

    start: int
    end: int
    unit: str


@dataclass(frozen=True, slots=True)
class PriceAt:
    """A price at ``start`` to ``end`` of the text."""

    start: int
    end: int
    price: Price


def quantities(text: str) -> list[Quantity]:
    """The amounts in ``text`` ("0.5 г", "10 таблеток", "100ug"), left to right."""
    found = _QUANTITY.finditer(text)
    return [Quantity(m.start(), m.end(), _named(m, _UNITS)) for m in found]


def prices(text: str) -> list[PriceAt]:
    """The prices in ``text``, left to right without overlaps.

    A number counts when a currency stands beside it, or when it follows an amount of goods
    directly ("1г - 15000"); the currency is then empty.
    """
    candidates = [*_with_unit(text), *_signed(text), *_bare(text), *_dashed(text)]
    candidates.sort(key=lambda one: (one.start, -one.end))
    kept: list[PriceAt] = []
    for one in money(text, candidates):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def money(text: str, candidates: Iterable[PriceAt]) -> list[PriceAt]:
    """Those of ``candidates`` whose number is neither a weight in tonnes nor a number of times."""
    other = [match.span() for match in _NO_MONEY.finditer(text)]
    ends = [end for _, end in other]

    def is_other(one: PriceAt) -> bool:
        at = bisect_right(ends, one.start)
        return at < len(other) and other[at][0] < one.end

    return [one for one in candidates if not is_other(one)]


def _bare(text: str) -> Iterable[PriceAt]:
    for match in _BARE.finditer(text):
        amount = amount_of(match.group("n"), match.group("k"))
        after = _CURRENCY_AFTER.match(text, match.end())
        currency = (
            _named(after, _CURRENCIES) or _SIGNS.get(after.group("sign") or "", "") if after else ""
        )
        unit = f"{match.group('q').replace(',', '.')} {_named(match, _UNITS)}"
        if _named(match, _UNITS) in _DRUG_UNITS | {"kg", "ml", "l"} and amount:
            end = after.end() if after else match.end()
            yield PriceAt(match.start(), end, Price(amount, currency, unit))


_CURRENCY_AFTER = re.compile(rf" ?(?:{_groups(_CURRENCIES)}|(?P<sign>\$))(?![\w])")


def _dashed(text: str) -> Iterable[PriceAt]:
    for match in _DASHED.finditer(text):
        amount = amount_of(match.group("n"), match.group("k"))
        if amount:
            yield PriceAt(match.start("n"), match.end(), Price(amount, ""))


def _with_unit(text: str) -> Iterable[PriceAt]:
    for match in _PRICED.finditer(text):
        currency = _named(match, _CURRENCIES) or "USD"
        amount = amount_of(match.group("n"), match.group("k"))
        if amount:
            unit, end = per_unit(text, match.end())
            yield PriceAt(match.start(), end, Price(amount, currency, unit))


def _signed(text: str) -> Iterable[PriceAt]:
    for match in _SIGNED.finditer(text):
        amount = amount_of(match.group("n"), match.group("k"))
        if amount:
            unit, end = per_unit(text, match.end())
            yield PriceAt(match.start(), end, Price(amount, _SIGNS[match.group("sign")], unit))


def per_unit(text: str, end: int) -> tuple[str, int]:
    """The unit in "4200₽/гр" or "20$ за 1 г" behind a price, and where it ends."""
    match = _PER_UNIT.match(text, end)
    if not match:
        return "", end
    return f"{match.group('q') or 1} {_named(match, _UNITS)}", match.end()


def _named(match: re.Match[str], table: dict[str, str]) -> str:
    return next((name for name in table if match.group(name)), "")


def amount_of(number: str, thousand: str | None) -> float:
    plain = re.sub(r"[ .,](?=\d{3}(?!\d))", "", number).replace(",", ".")
    try:
        amount = float(plain) * (1000 if thousand else 1)
    except ValueError:
        return 0.0
    return amount if amount < _MAX_AMOUNT else 0.0
