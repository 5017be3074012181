"""Price lists by dose: of something unnamed, from less than one on, at a price in thousands. Pure.

Shops that speak in code still say what one gets for what: ``0.5 — 24, 1 — 46``. Who sells lawfully
by such amounts names a unit other than the gram, or the currency.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_STEP = re.compile(
    r"(?<![\w.,+-])(?P<amount>\d{1,2}(?:[.,]\d{1,2})?)(?: ?(?:гр?|gr?)\b\.?)?"
    r" ?(?:[-–—=:>→]{1,2}|за) ?"
    r"(?P<price>\d{1,3}(?:[.,]\d)?)(?:[kкт]|тыс)?(?![\w%°])(?![.,:]\d)(?! ?[₸$€£₽%°]| ?-?\d)"
    r"(?! ?(?:тг|тенге|теңге|тңг|руб|kzt|usd|тысяч))"
    r"(?! ?(?:мг|мл|мкг|mg|ml|гр?|g|кг|kg|л|шт|см|мм|м|час|мин))",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"[\s/,;|·•]{1,4}")
#: The first dose, and the largest.
_SMALLEST, _LARGEST = 0.05, 20.0
#: What twice as much costs, in parts of the double price: hardly more, and not next to nothing.
_CHEAPEST, _DEAREST = 0.55, 1.02


class _Step(NamedTuple):
    amount: float
    price: float
    start: int
    end: int


def dose_list(text: str) -> tuple[int, int] | None:
    """Where the first price list by dose stands in ``text``, two steps at least; None for none."""
    run: list[_Step] = []
    for step in _steps(text):
        if run and not _goes_on(text, run[-1], step):
            if len(run) > 1:
                return run[0].start, run[-1].end
            run = []
        if run or _SMALLEST <= step.amount < 1 <= step.price:
            run.append(step)
    return (run[0].start, run[-1].end) if len(run) > 1 else None


def _steps(text: str) -> list[_Step]:
    if "0" not in text:
        return []
    return [
        _Step(_number(found["amount"]), _number(found["price"]), found.start(), found.end())
        for found in _STEP.finditer(text)
    ]


def _number(digits: str) -> float:
    return float(digits.replace(",", "."))


def _goes_on(text: str, before: _Step, step: _Step) -> bool:
    between = text[before.end : step.start]
    if _BETWEEN.fullmatch(between) is None or not before.amount < step.amount <= _LARGEST:
        return False
    more = step.amount / before.amount
    return _CHEAPEST * more <= step.price / before.price <= _DEAREST * more and step.price > 1
