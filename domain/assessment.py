"""What the classifier says of one document."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Label(StrEnum):
    """The three labels of the training data."""

    DRUG_SALE = "drug_sale"
    DRUG_OTHER = "drug_other"
    OTHER = "other"


class Role(StrEnum):
    """What the text does."""

    SHOP = "shop"
    LISTING = "listing"
    COURIER_RECRUITMENT = "courier_recruitment"
    MARKET_LINK = "market_link"
    BUYER_REQUEST = "buyer_request"
    DISCUSSION = "discussion"
    NEWS = "news"
    HARM_REDUCTION = "harm_reduction"
    MEDICAL = "medical"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Span:
    """Characters ``start`` to ``end`` (exclusive) of the original text, and why they count.

    ``weight`` is the span's share of the score on the log-odds scale; ``kind`` is a lexicon
    category (``substance``, ``selling``, ``logistics``, ``payment``, ...) or ``ngram``.
    """

    start: int
    end: int
    kind: str
    weight: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Indicator:
    """A contact or wallet found and validated; ``kind`` is ``telegram``, ``onion``, ``btc``..."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Price:
    """An amount in ``currency`` (ISO 4217 or the ticker of a coin); ``unit`` such as ``1 g``."""

    amount: float
    currency: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Languages:
    """Shares of the words of a text that are Russian, Kazakh and English, largest first, by code;
    they add up to 1, or there are none. ``mixed`` says that two have a good share each,
    ``transliterated`` that Russian or Kazakh is written in Latin letters."""

    shares: tuple[tuple[str, float], ...] = ()
    mixed: bool = False
    transliterated: bool = False


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the classifier said of a document. ``probability`` is that of drug *selling*, 0 to 1."""

    probability: float
    label: Label
    role: Role
    lang: str
    model: str
    stage: str
    substances: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    prices: tuple[Price, ...] = ()
    restricted: bool = False
    languages: Languages = Languages()

    @property
    def spoken(self) -> tuple[str, ...]:
        """The language, and ``mixed`` and ``transliterated`` where they hold."""
        marks = ("mixed", self.languages.mixed), ("transliterated", self.languages.transliterated)
        return tuple(dict.fromkeys((self.lang, *(name for name, holds in marks if holds))))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a whole target amounts to: its documents' assessments put together.

    ``probability`` is that of the target selling drugs; ``carriers`` are the indexes of the
    documents that carry it, strongest first; ``selling_share`` is the share of its documents
    at or above the threshold.
    """

    probability: float
    selling_share: float
    role: Role
    carriers: tuple[int, ...] = ()
    substances: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    langs: tuple[str, ...] = ()
    restricted: bool = False
