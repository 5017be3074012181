"""Price lists by dose: of something unnamed, from less than one on, at a price in thousands. Pure.

Shops that speak in code still say what one gets for what: ``0.5 — 24, 1 — 46``. Who sells lawfully
by such amounts seldom leaves the currency out, or names a unit other than the gram.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

_UNSEEN = dict.fromkeys(
    (*range(0x200B, 0x2010), *range(0x2060, 0x2065), 0xAD, 0xFEFF, 0xFE0E, 0xFE0F, 0x20E3, *b"*_`~")
)
_ALIKE = {ord("½"): "0.5", ord("¼"): "0.25", ord("¾"): "0.75", ord("−"): "-"}
_ALIKE |= dict.fromkeys(range(0x2010, 0x2016), "-")
_BLANKS = re.compile(r"[^\S\n]+")
_LETTER_O = re.compile(r"(?<!\w)[oо](?=[.,]\d)", re.IGNORECASE)
_STEP = re.compile(
    r"(?<![\w.,+-])(?P<amount>\d{1,2}(?:[.,]\d{1,2})?)(?: ?(?:г(?:р|рамма?)?|gr?)\b\.?)?"
    r" ?(?:[-=:>→/(]{1,2}|\.{2,8}|за) ?"
    r"(?P<price>\d{1,3}(?:[.,]\d)?)"
    r"(?: ?000\b| ?(?:[kкт]|тыс|тысяч)\b\.?)?\)?"
    r"(?![\w%°])(?![.,:]\d)(?! ?[₸$€£₽%°]| ?-?\d)"
    r"(?! ?(?:тг|тенге|теңге|тңг|руб|kzt|usd))"
    r"(?! ?(?:мг|мл|мкг|mg|ml|гр?|g|кг|kg|л|шт|см|мм|м|час|мин))",
    re.IGNORECASE,
)
#: What stands between two steps: blanks, signs, the bullet of the next line.
_BETWEEN = re.compile(r"[^\w()]{1,8}")
#: Words that say that the second number is no price.
_MEASURES = re.compile(
    r"\b(?:доз|мг|капл|таблет|вес\b|возраст|лет\b|сечени|диаметр|резьб|леск|тотал|коэф|балл|срок|dose|dosage)",
    re.IGNORECASE,
)
#: The first dose, the largest, and the least that half a dose costs, in thousands of tenge.
_SMALLEST, _LARGEST, _LEAST = 0.05, 20.0, 2.0
#: What twice as much costs, in parts of the double price: hardly more, and not next to nothing.
#: Chosen by what such lists look like, not measured.
_CHEAPEST, _DEAREST = 0.55, 1.02


class _Step(NamedTuple):
    amount: float
    price: float
    start: int
    end: int


def dose_list(text: str) -> str:
    """The first price list by dose in ``text``, two steps at least, with plain digits and dashes;
    empty for none."""
    plain = _plain(text)
    run: list[_Step] = []
    for step in _steps(plain):
        if run and not _goes_on(plain, run[-1], step):
            if len(run) > 1:
                break
            run = []
        if run or (_SMALLEST <= step.amount < 1 and step.price >= _LEAST):
            run.append(step)
    if len(run) < 2 or _MEASURES.search(plain):
        return ""
    return plain[run[0].start : run[-1].end]


def _plain(text: str) -> str:
    """Digits, dashes and blanks as they are read, whatever they are written with."""
    text = unicodedata.normalize("NFKC", text.translate(_ALIKE)).translate(_UNSEEN)
    return _LETTER_O.sub("0", _BLANKS.sub(" ", text.translate(_ALIKE)))


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
    return _CHEAPEST * more <= step.price / before.price <= _DEAREST * more
