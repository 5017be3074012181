"""Who advertises in a group: told by what an account's own messages say. Pure.

Whoever is kept without advertising is a neighbour, a witness, or a buyer, of whom nothing may be
kept. So the first stage's score alone is not asked: it is high for those who ask where to buy, for
news, for an offer that somebody quotes to warn of it, and for price lists of tulips, and low for
offers in code words. A message is *like an offer* when its score is not far below the threshold
(``HINT``), it asks for nothing, tells of nothing that happened, warns of nothing, quotes nobody and
makes no joke. *Priced* is one that names money, or an amount with its price. An account advertises
when

- one of its messages is like an offer, reaches the threshold, is about drugs in the first stage's
  eyes (tulips and beads are not), has a list of prices, and says how to order, or
- two different ones are like offers, one of them is priced, and one says how to order, or both
  reach the threshold.

What an account forwards from elsewhere is not its own and makes it no advertiser.

How many innocent authors that keeps, and how many sellers it misses, is in docs/benchmarks.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field

from channels.advertising_words import words
from channels.group_answers import Author, Raw, author_of, handles_in, is_own, messages_in, words_of
from classifiers.cascade import Glance
from classifiers.channel_verdict import HINT
from classifiers.linear import sigmoid
from classifiers.verdict import logit
from domain.digests import sha256_hex

#: The first stage's word on a text.
Glancer = Callable[[str], Glance]
#: From this probability on a text is about drugs.
_ABOUT = 0.1
#: So many amounts with their prices are a list: who wants to buy names one.
_LIST = 2
#: So many different messages that are like offers make an advertiser.
_ENOUGH = 2

_HANDLE = re.compile(r"[@＠]\s?([A-Za-z]\w{3,31})|(?:t|telegram)\.(?:me|dog)/([A-Za-z]\w{3,31})")
_PHONE = re.compile(r"(?:\+7|(?<!\d)[78])(?:[\s()-]{0,3}\d){10}(?!\d)")
_SITE = re.compile(r"https?://|\.onion\b|tg://", re.IGNORECASE)
#: "1г - 12000", "0.5 — 24", "кр 2 шт за 14к": an amount, then its price.
_PRICED = re.compile(
    r"(?<![\w.,])\d{1,3}(?:[.,]\d{1,2})?\s?(?:г|гр|грамм\w*|g|gr?|шт|таб\w*|мл|ml|x|х|марк\w+)?\.?"
    r"\s{0,2}(?:[-–—−:=→>|]{1,2}\s{0,2}|за\s|по\s|\s)\d[\d.,]*",
    re.IGNORECASE,
)
_MONEY = re.compile(
    r"\d\s?(?:к|k|тыс\w*|мың\w*|т(?:е)?нг\w*|тг|₸|р(?:уб\w*)?|kzt|usd|eur)(?!\w)|[$€₸₽]\s?\d",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Said:
    """One message, as far as the rule looks at it. ``offers`` says that it asks and tells nothing,
    quotes nobody and is no joke; ``prices`` counts amounts with their prices, 1 for
    a price alone; ``key`` tells different texts apart."""

    selling: float
    about: float
    offers: bool
    orders: bool
    prices: int = 0
    key: str = ""


def advertises(said: Iterable[Said], threshold: float) -> bool:
    """Whether one account that wrote all of ``said`` advertises; ``threshold`` is the model's."""
    line = hint_of(threshold)
    like = [one for one in said if one.selling >= line and one.offers]
    plain = [one for one in like if one.selling >= threshold]
    if any(one.orders and one.about >= _ABOUT and one.prices >= _LIST for one in plain):
        return True
    if len({one.key for one in like}) < _ENOUGH or not any(one.prices for one in like):
        return False
    return any(one.orders for one in like) or len({one.key for one in plain}) >= _ENOUGH


def hint_of(threshold: float) -> float:
    """The probability from which a message may be an offer that no text says plainly."""
    return sigmoid(logit(threshold) + HINT)


def said_in(text: str, glance: Glance, own: Collection[str] = (), *, leads: bool = False) -> Said:
    """What the rule sees of ``text``. ``own`` are the author's usernames in lower case; ``leads``
    says that a button or a link behind a word stands under it."""
    kept = " ".join(_LETTERS.findall(text.casefold()))
    offers = not any(one.search(text) for one in words().not_offering)
    prices = sum(1 for _ in _PRICED.finditer(_PHONE.sub(" ", text))) or int(
        bool(_MONEY.search(text))
    )
    orders = leads or says_how_to_order(text, own)
    key = sha256_hex(kept.encode())
    return Said(glance.selling, glance.about_drugs, offers, orders, prices, key)


def says_how_to_order(text: str, own: Collection[str] = ()) -> bool:
    """Whether ``text`` says where to turn to: in words, by a telephone, a site, a bot, or the
    author's own handle. The handle of somebody else alone may be that of the shop where a buyer
    was."""
    if words().orders.search(text) or _PHONE.search(text) or _SITE.search(text):
        return True
    handles = [(one[1] or one[2]).lower() for one in _HANDLE.finditer(text)]
    return any(name in own or name.endswith("bot") for name in handles)


@dataclass(frozen=True, slots=True)
class GroupRules:
    """What is needed to read groups: the first stage and its threshold, and the accounts that
    advertised in a group (by its bare number) before."""

    glance: Glancer
    threshold: float
    known: Callable[[int], Collection[Author]] = lambda number: ()


@dataclass(slots=True)
class Watch:
    """Tells who advertises in one group while it is read, batch by batch. ``known`` did before.

    What doubtful messages an account wrote is remembered from batch to batch, in memory alone: a
    seller who writes once in a hundred messages is found by the second.
    """

    glance: Glancer
    threshold: float
    known: set[Author] = field(default_factory=set)
    _doubtful: dict[Author, set[Said]] = field(default_factory=dict)

    def offers(self, text: str) -> bool:
        """Whether ``text`` makes an advertiser of whoever wrote it (``redaction.Decides``)."""
        return advertises([said_in(text, self.glance(text))], self.threshold)

    def take(self, raw: Raw) -> frozenset[Author]:
        """Look at an answer as it came. Returns all accounts known to advertise by now."""
        handles = handles_in(raw)
        line = hint_of(self.threshold)
        for message in _of_groups(raw):
            author, text = author_of(message), words_of(message)
            if author in self.known or not text or not is_own(message):
                continue
            if (glance := self.glance(text)).selling < line:
                continue
            said = said_in(text, glance, handles.get(author, ()), leads=_leads(message))
            mine = self._doubtful.setdefault(author, set())
            mine.add(said)
            if advertises(mine, self.threshold):
                self.known.add(author)
                del self._doubtful[author]
        return frozenset(self.known)


def _of_groups(raw: Raw) -> Iterator[Raw]:
    for message in messages_in(raw):
        if author_of(message).number:
            yield message


def _leads(message: Raw) -> bool:
    """Whether a button or a link hidden behind words stands under the message."""
    rows = (message.get("reply_markup") or {}).get("rows") or ()
    entities = message.get("entities") or ()
    return bool(rows) or any(one.get("_") == "MessageEntityTextUrl" for one in entities)
