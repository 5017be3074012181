"""The prices that an assessment states: those of ``quantities``, which models look at, too, and
forms that these leave out, so that no model has to be trained again for one more spelling."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from classifiers.quantities import PriceAt, amount_of, money, per_unit
from domain.assessment import Price

_MOST = 50
_SLANG_DIGITS = 3
_NUMBER = r"\d{1,3}(?:[ .,’'`]\d{3}){1,2}(?!\d)|\d{1,7}(?:[.,]\d{1,8})?"
_THOUSAND = r" ?(?:k|к|тыс|мың|тысяч\w?)\b\.?"
_WORDS = {
    "KZT": r"₸|тг|тнг|тңг|тге|тенг[еи]|теңге\w{0,3}|kzt|tenge|tg|т",
    "RUB": r"₽|руб\w{0,3}|р|rub|rubles",
    "USD": r"\$|usd|долл\w{0,5}|бакс\w{0,3}|dollars?",
    "EUR": r"€|eur|euro|евро",
    "BTC": r"btc|бтк|битк\w{0,5}|биткоин\w{0,3}|биткойн\w{0,3}|bitcoins?",
    "LTC": r"ltc|лтк|лайт\w{0,6}|litecoins?",
    "USDT": r"usdt|юсдт|усдт|тезер\w{0,2}|tether",
    "XMR": r"xmr|монеро|monero",
    "ETH": r"eth|эфир\w{0,5}|ethereum",
}  # fmt: skip
_CURRENCY = "|".join(f"(?P<{code}>{words})" for code, words in _WORDS.items())
_COINS = frozenset({"BTC", "LTC", "USDT", "XMR", "ETH"})
_TO = r" {0,2}(?:[-–—]|до|to) {0,2}"
_RANGE = re.compile(
    rf"(?<![\w.,])(?P<low>{_NUMBER})(?P<k1>{_THOUSAND})?{_TO}(?P<high>{_NUMBER})"
    rf"(?P<k2>{_THOUSAND})? ?(?:{_CURRENCY})(?!\w)"
)
_RANGE_OF_THOUSANDS = re.compile(
    rf"(?<![\w.,])(?P<low>\d{{1,3}})(?P<k1>{_THOUSAND})?{_TO}(?P<high>\d{{1,3}})(?P<k2>{_THOUSAND})"
    r"(?!\w)"
)
_PRICED = re.compile(rf"(?<![\w.,])(?P<n>{_NUMBER})(?P<k>{_THOUSAND})? ?(?:{_CURRENCY})(?!\w)")
_REVERSED = re.compile(
    rf"(?<!\w)(?<!\d )(?:{_CURRENCY})[ :]{{0,2}}(?P<n>{_NUMBER})(?P<k>{_THOUSAND})?(?!\w)"
)
_FOR_AN_AMOUNT = re.compile(
    rf"(?<![\w.,])(?P<n>\d{{3,7}}|\d{{1,3}} \d{{3}}|\d{{1,3}}(?={_THOUSAND}))(?P<k>{_THOUSAND})?"
    r"(?= {0,2}(?:/|за) {0,2}(?:\d{1,3}(?:[.,]\d)? ?)?(?:г|гр|грамм\w?|g|шт|таб\w*)(?!\w))"
)
_NAMED = re.compile(
    rf"(?<!\w)(?:цен[аыу]|стоимость|стоит|прайс|баға\w{{0,2}}|құны|price|cost)[ :—–-]{{1,3}}"
    rf"(?:от )?(?P<n>{_NUMBER})(?P<k>{_THOUSAND})?(?![\w%])"
)
_ALONE = re.compile(
    r"(?<![\w.,:/+-])(?P<n>\d{1,3}(?:[.,]\d)?)(?P<k> ?[kк])(?![\w-])"
    r"(?! ?(?:подпис|просмотр|участник|человек|людей|лайк|оқырман|адам|views|subs|follow|member))"
)


def stated_prices(text: str, known: Sequence[PriceAt]) -> tuple[Price, ...]:
    """The different prices of normalised ``text`` in order, at most 50. ``known`` are those of
    ``quantities.prices``; where both read the same characters, the longer reading counts, and of
    two as long the one that names a currency."""
    found = [*money(text, _more(text)), *known]
    found.sort(key=lambda one: (one.start, -one.end, not one.price.currency, not one.price.unit))
    kept: list[PriceAt] = []
    for one in found:
        # Both ends of a range stand at the same place.
        if not kept or one.start >= kept[-1].end or _is_twin(one, kept[-1]):
            kept.append(one)
    return tuple(dict.fromkeys(one.price for one in kept))[:_MOST]


def _is_twin(one: PriceAt, other: PriceAt) -> bool:
    return isinstance(one, _End) and (one.start, one.end) == (other.start, other.end)


class _End(PriceAt):
    """The upper end of a range."""


def _more(text: str) -> Iterator[PriceAt]:
    for match in _RANGE.finditer(text):
        yield from _ends(match, _currency(match), text)
    for match in _RANGE_OF_THOUSANDS.finditer(text):
        yield from _ends(match, "", text)
    for pattern in (_PRICED, _REVERSED, _FOR_AN_AMOUNT, _NAMED, _ALONE):
        for match in pattern.finditer(text):
            currency = _currency(match)
            if amount := _amount(match["n"], match["k"] or _slang(match), currency):
                unit, end = per_unit(text, match.end())
                yield PriceAt(match.start("n"), end, Price(amount, currency, unit))


def _slang(match: re.Match[str]) -> str:
    """In speech "15т" are fifteen thousand: nothing costs fifteen tenge."""
    return "т" if match.groupdict().get("KZT") == "т" and len(match["n"]) <= _SLANG_DIGITS else ""


def _ends(match: re.Match[str], currency: str, text: str) -> Iterable[PriceAt]:
    thousand = match["k2"]
    low = _amount(match["low"], match["k1"] or thousand, currency)
    high = _amount(match["high"], thousand, currency)
    if 0 < low < high:
        unit, end = per_unit(text, match.end())
        yield PriceAt(match.start(), end, Price(low, currency, unit))
        yield _End(match.start(), end, Price(high, currency, unit))


def _currency(match: re.Match[str]) -> str:
    named = match.groupdict()
    return next((code for code in _WORDS if named.get(code)), "")


def _amount(number: str, thousand: str | None, currency: str) -> float:
    """Of coins ``0.002`` is two thousandths; of money it would be two."""
    plain = re.sub(r"[’'`]", " ", number)
    if currency in _COINS and re.fullmatch(r"\d+[.,]\d+", plain):
        return float(plain.replace(",", "."))
    return amount_of(plain, thousand)
