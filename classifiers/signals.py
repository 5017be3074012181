"""What the lexicon, prices and contacts say of a window of text, as a short dense vector.

These features carry what is the same in every source and language (goods next to a weight next
to a price; work that pays per drop), where n-grams carry the words of the sources seen.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log1p

from classifiers.aligned import Aligned
from classifiers.quantities import PriceAt, Quantity, prices, quantities
from domain.lexicon import Hit, Lexicon, TermKind

NEAR = 48
_PLACEHOLDER = re.compile(r"\b(?:HOST|ONION|HANDLE|MAIL|PHONE|WALLET|CARD)\b")
_ANSWERED = re.compile(r"(?:\s*HANDLE)+(?=[ ,:]+[^\W_])")
_EMOJI = re.compile(r"эмодзи\w+")
_GREY = frozenset({"doping_and_potency"})
_UNNAMED = frozenset({"any_drug"})
_GOODS_UNITS = frozenset({"g", "mg", "ug", "oz"})
_BULK_UNITS = frozenset({"kg", "l", "lb", "ml"})

# What one hit of the lexicon counts as: concepts that need their own name, else by kind.
_BY_CONCEPT = {
    "drop_job": "drop_job", "job": "job", "contact_way": "contact_way", "lawful_work": "lawful",
    "reference": "reference", "precursors": "drug", "garden": "garden", "fan_goods": "fan",
    "bath_and_food": "household", "browser_and_building": "bookmark",
}  # fmt: skip
_BY_KIND = {
    TermKind.SELLING: "offer", TermKind.LOGISTICS: "drop", TermKind.PAYMENT: "payment",
    TermKind.RECRUITMENT: "job", TermKind.MARKET: "market", TermKind.QUALITY: "quality",
    TermKind.REQUEST: "request", TermKind.NEWS: "news", TermKind.MEDICAL: "medical",
    TermKind.HARM_REDUCTION: "harm", TermKind.TRADE: "trade", TermKind.TALK: "talk",
    TermKind.DENIAL: "denial", TermKind.SUBSTANCE: "drug", TermKind.PLACE: "place",
}  # fmt: skip
SIGNALS = (
    "drug", "drug_weak", "drug_unnamed", "grey", "offer", "drop", "drop_weak", "payment",
    "drop_job", "job", "market", "market_weak", "quality", "contact_way", "request", "news",
    "medical", "harm",
    "reference", "trade", "lawful", "garden", "fan", "household", "bookmark", "talk", "denial",
    "goods_amount", "bulk_amount", "price", "priced_amount", "HOST", "ONION", "HANDLE", "MAIL",
    "PHONE", "WALLET", "CARD", "emoji", "reply",
)  # fmt: skip
# Pairs that must stand in one window, and pairs that must stand within NEAR characters.
PAIRS = (
    ("drug", "offer"), ("drug", "price"), ("drug", "goods_amount"), ("drug", "drop"),
    ("drug", "drop_weak"), ("drug", "payment"), ("drug", "HANDLE"), ("drug", "ONION"),
    ("drug", "HOST"), ("drug", "quality"), ("drug", "contact_way"), ("drug", "news"),
    ("drug", "medical"), ("drug", "harm"), ("drug", "reference"), ("drug", "talk"),
    ("drug", "trade"), ("drug", "fan"), ("drug", "request"), ("drug_weak", "drop"),
    ("drug_weak", "quality"), ("drug_weak", "goods_amount"), ("drug_weak", "trade"),
    ("drug_weak", "household"), ("drug_weak", "garden"), ("drug_weak", "payment"),
    ("drug_weak", "drop_weak"), ("drop", "payment"), ("drop", "HANDLE"), ("drop", "news"),
    ("drop", "bookmark"), ("drop", "price"), ("drop", "offer"), ("drop", "job"),
    ("drop", "talk"), ("drop_job", "HANDLE"), ("drop_job", "news"), ("drop_job", "price"),
    ("job", "lawful"), ("job", "drop_weak"), ("job", "denial"), ("market", "HOST"),
    ("market", "ONION"), ("market", "news"), ("market", "HANDLE"), ("market", "drug"),
    ("market", "fan"),
    ("market_weak", "ONION"), ("market_weak", "HOST"), ("market", "bookmark"),
    ("grey", "offer"), ("grey", "medical"), ("emoji", "price"),
    ("emoji", "drop"), ("emoji", "HANDLE"), ("emoji", "goods_amount"), ("offer", "ONION"),
    ("contact_way", "goods_amount"), ("drug_unnamed", "offer"), ("drug_unnamed", "news"),
)  # fmt: skip
NEAR_PAIRS = (
    ("drug", "goods_amount"), ("drug", "price"), ("drug", "offer"), ("drug_weak", "goods_amount"),
    ("drug_weak", "priced_amount"), ("drug", "priced_amount"), ("drug", "drop"),
    ("drug_weak", "drop"), ("drop", "offer"), ("drop", "price"), ("drop_job", "offer"),
    ("drug", "news"), ("drug", "medical"), ("drug", "harm"), ("drop", "news"), ("drug", "quality"),
    ("drug_weak", "quality"), ("emoji", "goods_amount"), ("emoji", "priced_amount"),
    ("market", "offer"), ("goods_amount", "drop"), ("goods_amount", "drop_weak"),
)  # fmt: skip
#: What speaks for a sale.
SIGNALS_FOR = ("drug", "drug_weak", "offer", "drop", "payment", "quality", "market", "drop_job")
_AGAINST = (
    "news", "medical", "harm", "reference", "trade", "lawful", "garden", "fan", "household",
    "talk", "bookmark",
)  # fmt: skip
# What no sale gains by, and what no innocent text gains by: a fit must not learn otherwise from
# sources in which the two happen to stand together (see ``directions``).
_NEVER_FOR = frozenset({*_AGAINST, "grey", "request", "denial", "reply"})
_NEVER_AGAINST = frozenset({
    "drug", "drug_weak", "offer", "drop", "drop_weak", "payment", "drop_job", "market",
    "market_weak", "quality", "contact_way", "goods_amount", "priced_amount",
})  # fmt: skip
# How many contacts a text has tells directories and news channels, not sellers.
_CONTACTS = ("HOST", "ONION", "HANDLE", "MAIL", "PHONE")
EXTRAS = ("groups_2", "groups_4", "priced_3", "priced_8", "against_share", "for_share")
NAMES = (
    *(f"n:{name}" for name in SIGNALS),
    *(f"has:{name}" for name in SIGNALS),
    *(f"{a}&{b}" for a, b in PAIRS),
    *(f"{a}~{b}" for a, b in NEAR_PAIRS),
    *EXTRAS,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mark:
    """A signal at ``start`` to ``end`` of the normalised text; ``note`` says which."""

    start: int
    end: int
    signal: str
    note: str


@dataclass(frozen=True, slots=True)
class Marks:
    """All that the rules found in one text, in order of place."""

    marks: tuple[Mark, ...]
    hits: tuple[Hit, ...]
    prices: tuple[PriceAt, ...]

    def within(self, start: int, end: int) -> list[Mark]:
        """The marks that start in the window."""
        first = bisect_left(self.marks, start, key=lambda mark: mark.start)
        last = bisect_left(self.marks, end, key=lambda mark: mark.start)
        return list(self.marks[first:last])


def find_marks(aligned: Aligned, lexicon: Lexicon) -> Marks:
    """Lexicon hits, amounts, prices, placeholders and emoji of normalised text."""
    text = aligned.text
    hits = lexicon.hits(text)
    amounts, priced = quantities(text), prices(text)
    marks = [Mark(h.start, h.end, _signal(h), h.concept.name) for h in hits]
    marks += (_amount_mark(one) for one in amounts)
    marks += (_price_mark(one) for one in priced)
    marks += _contacts(text)
    marks += (Mark(m.start(), m.end(), "emoji", "emoji") for m in _EMOJI.finditer(text))
    marks.sort(key=lambda mark: mark.start)
    return Marks(tuple(marks), tuple(hits), tuple(priced))


def _contacts(text: str) -> Iterator[Mark]:
    """Placeholders; the handles that a text begins with say whom it answers, not whom to ask."""
    answered = _ANSWERED.match(text)
    until = answered.end() if answered else 0
    for match in _PLACEHOLDER.finditer(text):
        signal = "reply" if match.start() < until else match.group()
        yield Mark(match.start(), match.end(), signal, "contact")


def _signal(hit: Hit) -> str:
    name = hit.concept.name
    if name in _UNNAMED:
        return "drug_unnamed"
    if name in _GREY:
        return "grey"
    signal = _BY_CONCEPT.get(name) or _BY_KIND[hit.concept.kind]
    return f"{signal}_weak" if hit.weak and signal in {"drug", "drop", "market"} else signal


def _amount_mark(one: Quantity) -> Mark:
    signal = "bulk_amount" if one.unit in _BULK_UNITS else "goods_amount"
    return Mark(one.start, one.end, signal, one.unit)


def _price_mark(one: PriceAt) -> Mark:
    goods = one.price.unit.rpartition(" ")[2] in _GOODS_UNITS | {"pcs"}
    return Mark(one.start, one.end, "priced_amount" if goods else "price", one.price.currency)


_PLACES = {name: at for at, name in enumerate(NAMES)}
_OWN_PLACES = {name: (_PLACES[f"n:{name}"], _PLACES[f"has:{name}"]) for name in SIGNALS}
_PARTNERS = {
    name: tuple((b, _PLACES[f"{a}&{b}"]) for a, b in PAIRS if a == name) for name in SIGNALS
}
_NEAR_PLACES = {(a, b): _PLACES[f"{a}~{b}"] for a, b in NEAR_PAIRS}


def vector(marks: Sequence[Mark]) -> list[float]:
    """The features NAMES of a window, each between 0 and about 4."""
    counts = Counter(mark.signal for mark in marks)
    if priced := counts["priced_amount"]:
        counts["price"] += priced
    for name in _CONTACTS:
        if counts[name]:
            counts[name] = 1
    values = [0.0] * (len(NAMES) - len(EXTRAS))
    for name, count in counts.items():
        number, there = _OWN_PLACES[name]
        values[number], values[there] = log1p(count), 1.0
        for partner, place in _PARTNERS[name]:
            values[place] = float(partner in counts)
    for pair, count in _near(marks).items():
        values[_NEAR_PLACES[pair]] = log1p(count)
    return [*values, *_extras(marks, counts)]


def _extras(marks: Sequence[Mark], counts: Mapping[str, int]) -> tuple[float, ...]:
    groups = len({m.note for m in marks if m.signal == "drug"})
    priced = counts["priced_amount"]
    speaking_for = sum(counts[name] for name in SIGNALS_FOR)
    against = sum(counts[name] for name in _AGAINST)
    total = speaking_for + against + 2
    return (
        float(groups >= 2), float(groups >= 4), float(priced >= 3), float(priced >= 8),
        against / total, speaking_for / total,
    )  # fmt: skip


_LEFT = {a for a, _ in NEAR_PAIRS} | {b for _, b in NEAR_PAIRS}
_ORDERED = {frozenset(pair): pair for pair in NEAR_PAIRS}


def _near(marks: Sequence[Mark]) -> dict[tuple[str, str], int]:
    """How many marks have a partner of each near pair within NEAR characters."""
    found: dict[tuple[str, str], int] = {}
    kept = [mark for mark in marks if mark.signal in _LEFT]
    for at, mark in enumerate(kept):
        seen: set[tuple[str, str]] = set()
        for other in kept[at + 1 : at + 13]:
            if other.start - mark.end > NEAR:
                break
            pair = _ORDERED.get(frozenset((mark.signal, other.signal)))
            if pair and pair not in seen:
                seen.add(pair)
                found[pair] = found.get(pair, 0) + 1
    return found


def signals_of(feature: int) -> tuple[str, ...]:
    """The signals whose marks share the weight of a feature, by its place in NAMES."""
    name = NAMES[feature]
    if name in EXTRAS:
        return {
            "groups_2": ("drug",), "groups_4": ("drug",), "priced_3": ("priced_amount",),
            "priced_8": ("priced_amount",), "against_share": _AGAINST, "for_share": SIGNALS_FOR,
        }[name]  # fmt: skip
    for separator in ("&", "~"):
        if separator in name:
            first, _, second = name.partition(separator)
            return first, second
    return (name.partition(":")[2],)


def directions() -> list[int]:
    """For each of NAMES: 1 where it must not speak against a sale, -1 where not for one, else 0."""
    return [_direction(name) for name in NAMES]


def _direction(name: str) -> int:
    if name in EXTRAS:
        return -1 if name == "against_share" else 1
    signals = re.split("[&~]", name.removeprefix("n:").removeprefix("has:"))
    if any(one in _NEVER_FOR for one in signals):
        return -1
    return int(all(one in _NEVER_AGAINST for one in signals))
