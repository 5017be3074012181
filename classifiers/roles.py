"""What a text does, by rule over its marks; the probability says whether it sells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from classifiers.signals import Mark
from domain.assessment import Role

_SHOP_OFFERS = 6
_SHOP_PRICES = 3
_NEIGHBOURS = (
    ("news", Role.NEWS),
    ("medical", Role.MEDICAL),
    ("harm", Role.HARM_REDUCTION),
    ("request", Role.BUYER_REQUEST),
)


def role_of(marks: Sequence[Mark], *, selling: bool, about_drugs: bool) -> Role:
    """The role of a text with ``marks``."""
    counts = Counter(mark.signal for mark in marks)
    if selling:
        return _selling_role(counts)
    if not about_drugs:
        return Role.OTHER
    most = max(_NEIGHBOURS, key=lambda one: counts[one[0]])
    return most[1] if counts[most[0]] else Role.DISCUSSION


def _selling_role(counts: Counter[str]) -> Role:
    prices = counts["price"] + counts["priced_amount"]
    goods = counts["drug"] + counts["drug_weak"] + counts["emoji"]
    work = 2 * counts["drop_job"] + counts["job"]
    hidden = counts["drop"] + counts["drop_weak"]
    if work and work + hidden > 2 * goods and not counts["priced_amount"]:
        return Role.COURIER_RECRUITMENT
    if counts["market"] and not counts["priced_amount"] and counts["market"] >= goods:
        return Role.MARKET_LINK
    if counts["priced_amount"] >= _SHOP_PRICES or counts["offer"] >= _SHOP_OFFERS:
        return Role.SHOP
    return Role.SHOP if prices >= _SHOP_PRICES and goods >= _SHOP_PRICES else Role.LISTING
