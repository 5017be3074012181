"""What a text does, by rule over its marks and the words of roles; whether it sells is the
probability's to say."""

from __future__ import annotations

from collections import Counter

from classifiers.prepared import Prepared
from classifiers.signals import Mark
from domain.assessment import Role
from domain.lexicon import Lexicon

#: So far below the threshold, in log-odds, a text that names what is traded may still be one of the
#: trade's: people read it beside those that reach it.
CLOSE = 2.5
_ASKED_GOODS = 3
_SHOP_OFFERS = 6
_SHOP_PRICES = 3
_REQUEST_CHARS = 500
_NEIGHBOURS = (
    ("news", Role.NEWS),
    ("medical", Role.MEDICAL),
    ("harm_reduction", Role.HARM_REDUCTION),
    ("talk", Role.DISCUSSION),
)
# What a signal counts as among the words of roles.
_SPEAKS = {
    "news": "news", "medical": "medical", "harm": "harm_reduction", "talk": "talk",
    "reference": "reference", "request": "request", "job": "recruitment",
}  # fmt: skip
_ABOUT = frozenset({"drug", "drug_unnamed", "grey", "drop", "drop_job", "market", "harm"})
_NAMED = ("drug", "drug_weak", "grey", "emoji")
_CONTACTS = ("HOST", "ONION", "HANDLE", "PHONE")
_TRADED = ("drug", "drop", "drop_job", "market", "emoji")


def role_of(prepared: Prepared, lexicon: Lexicon, *, lead: float, about_drugs: float) -> Role:
    """The role of a text: ``lead`` is how far, in log-odds, it is above the threshold of selling,
    ``about_drugs`` are its log-odds of being about drugs."""
    counts = Counter(mark.signal for mark in prepared.marks.marks)
    concerned = about_drugs >= 0 and names_drugs(prepared.marks.marks)
    if not concerned and lead < -CLOSE:
        return Role.OTHER
    says = _said(prepared, counts, lexicon)
    if _asks(prepared, counts, says):
        return Role.BUYER_REQUEST
    if lead >= 0 or (lead >= -CLOSE and _trades(counts, says)):
        return _selling_role(counts, says)
    return _neighbour(counts, says) if concerned else Role.OTHER


def names_drugs(marks: tuple[Mark, ...]) -> bool:
    """Whether some mark is of drugs or of the ways they are handed over."""
    return any(mark.signal in _ABOUT for mark in marks)


def _said(prepared: Prepared, counts: Counter[str], lexicon: Lexicon) -> Counter[str]:
    """How often each kind of role speaks; everyday words of a kind stand under ``…_weak``."""
    says = Counter({kind: counts[signal] for signal, kind in _SPEAKS.items()})
    for hit in lexicon.roles.hits(prepared.aligned.text) if lexicon.roles else ():
        says[f"{hit.concept.kind}_weak" if hit.weak else str(hit.concept.kind)] += 1
    return says


def _asks(prepared: Prepared, counts: Counter[str], says: Counter[str]) -> bool:
    """Whether somebody asks for drugs or for who has them: short, without a way to pay or to
    reach a shop, and nobody is hired."""
    text = prepared.aligned.text
    asked = says["request"] or (says["request_weak"] and ("?" in text or "прода" in text))
    goods = sum(counts[name] for name in _NAMED)
    if not asked or len(text) > _REQUEST_CHARS or not 1 <= goods <= _ASKED_GOODS:
        return False
    offers = counts["priced_amount"] + counts["price"] + counts["payment"] + counts["quality"]
    if offers > 1 or any(counts[name] for name in _CONTACTS):
        return False
    others = ("recruitment", "news", "medical", "harm_reduction", "reference", "talk")
    return says["request"] + says["request_weak"] > max(says[one] for one in others)


def _trades(counts: Counter[str], says: Counter[str]) -> bool:
    traded = sum(counts[name] for name in _TRADED) + says["recruitment"] + says["market"]
    around = says["news"] + says["medical"] + says["harm_reduction"] + says["talk"]
    return traded > around + says["reference"]


def _selling_role(counts: Counter[str], says: Counter[str]) -> Role:
    prices = counts["price"] + counts["priced_amount"]
    goods = counts["drug"] + counts["drug_weak"] + counts["emoji"]
    work = 2 * counts["drop_job"] + says["recruitment"]
    hidden = counts["drop"] + counts["drop_weak"]
    if work and work + hidden > 2 * goods and counts["priced_amount"] < _SHOP_PRICES:
        return Role.COURIER_RECRUITMENT
    ways = counts["market"] + counts["market_weak"] + says["market"]
    if ways and not counts["priced_amount"] and ways >= goods:
        return Role.MARKET_LINK
    if counts["priced_amount"] >= _SHOP_PRICES or counts["offer"] >= _SHOP_OFFERS:
        return Role.SHOP
    return Role.SHOP if prices >= _SHOP_PRICES and goods >= _SHOP_PRICES else Role.LISTING


def _neighbour(counts: Counter[str], says: Counter[str]) -> Role:
    says = says.copy()
    says["harm_reduction"] += min(says["reference"], 1) if says["harm_reduction"] else 0
    kind, role = max(_NEIGHBOURS, key=lambda one: says[one[0]])
    return role if says[kind] >= max(1, says["reference"]) else Role.DISCUSSION
