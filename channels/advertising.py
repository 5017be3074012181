"""Who advertises in a group: told by what an account's own messages say. Pure.

Whoever is kept without advertising is a neighbour, a witness, or a buyer, of whom nothing may be
kept. So the first stage's score alone is not asked: it is high for those who ask where to buy, for
news, and for price lists of tulips, and low for offers in code words. A message is *like an offer*
when its score is not far below the threshold (``HINT``), it asks for nothing, tells of nothing
that happened, and warns of nothing. An account advertises when

- one of its messages is like an offer, reaches the threshold, is about drugs in the first stage's
  eyes (tulips and beads are not), and says how to order, or
- two different ones are like offers, and one of them says how to order, or both reach the
  threshold.

How many innocent authors that keeps, and how many sellers it misses, is in docs/benchmarks.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field

from channels.group_answers import Author, Raw, author_of, handles_in, messages_in, words_of
from classifiers.cascade import Glance
from classifiers.channel_verdict import HINT
from classifiers.linear import sigmoid
from classifiers.verdict import logit
from domain.digests import sha256_hex

#: The first stage's word on a text.
Glancer = Callable[[str], Glance]
#: From this probability on a text is about drugs.
_ABOUT = 0.1
#: So many different messages that are like offers make an advertiser.
_ENOUGH = 2

_ORDER = re.compile(
    r"(?<!\w)(?:лс|л\.с|личк\w*|личн\w+ сообщени\w+|(?:на)?пиши(?:те)?|писать|обраща(?:й|ть)\w*"
    r"|оператор\w*|менеджер\w*|саппорт\w*|поддержк\w+|директ|касс[аеуы]|заказ\w*|бот(?:а|е|у|ом)?"
    r"|витрин\w+|связ[ьи]|жаз(?:ыңыз|ыңдар|сын|ба)?|жазыңыздар|хабарлас\w*|ботқа|лсқа|лске"
    r"|тапсырыс\w*|dm|pm|inbox|orders?|contact|text me|hit me up|bot)(?!\w)",
    re.IGNORECASE,
)
_HANDLE = re.compile(r"[@＠]\s?([A-Za-z]\w{3,31})|(?:t|telegram)\.(?:me|dog)/([A-Za-z]\w{3,31})")
_PHONE = re.compile(r"(?:\+7|(?<!\d)[78])(?:[\s()-]{0,3}\d){10}(?!\d)")
_SITE = re.compile(r"https?://|\.onion\b|tg://", re.IGNORECASE)
_ASKS = re.compile(
    r"\?|(?<!\w)(?:купл(?:ю|им)|ищу|ищем|где|откуда|подскаж\w+|посовету\w+|скиньте|помог(?:ите|и)"
    r"|помощь|спасите|возьму|нуж(?:ен|на|но|ны)(?!\s+(?:курьер|работник|люд|парн|дев|водител|клад))"
    r"|у кого|кому жал\w+|кто(?:[ -]нибудь|-то)?\s+(?:знает(?!,? тот)|помо\w+|может|работает"
    r"|прода\w+|подска\w+|в курсе|сталкива\w+|пробовал|брал|видел)"
    r"|керек|іздеймін|қайда(?:н)?|кім(?:де|нен)?|көмек\w*"
    r"|looking for|need|where|who|wtb|anyone|anybody|help)(?!\w)",
    re.IGNORECASE,
)
_TELLS = re.compile(
    r"\d\s?/\s?(?:5|10)(?!\d)|(?<!\w)(?:отзыв(?!ы|ов)\w*|ненаход\w*|диспут\w*|(?:с|под|за)?нял(?:а|и)?"
    r"|забрал(?:а|и)?|наш[её]л|нашл[аи]|взял(?:а|и)?|брал[аи]?|купил(?:а|и)?|ждал(?:а|и)?"
    r"|пришл[оаи]|кида(?:ет|ют|ла)|кинул\w*"
    r"|задерж\w+|изъя\w+|уничтож\w+|полици\w+|участков\w+|приговор\w*|суд(?:а|е|или|ья)?|сел на"
    r"|лет получил\w*|поймал\w*|закладчик\w*|кладмен[аыу]?|барыг\w*|жал(?:оба|уюсь|уйтесь|обу)"
    r"|осторожн\w*|внимани[ея]|не трога\w+|звон(?:ил|ю|ите в)\w*|сын\w{0,2}|доч\w+"
    r"|брат\w{0,2}|муж\w{0,2}|зависим\w+|реабилит\w+|нарколог\w*|употребл\w+"
    r"|алдым|ұстал\w+|ұстады|полиция\w*|сотта\w+|балам|інім|бауырым|arrested|police|seized|review"
    r"|my (?:son|brother|friend)|rehab)(?!\w)",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Said:
    """One message, as far as the rule looks at it. ``key`` tells different texts apart."""

    selling: float
    about: float
    asks_or_tells: bool
    orders: bool
    key: str = ""


def advertises(said: Iterable[Said], threshold: float) -> bool:
    """Whether one account that wrote all of ``said`` advertises; ``threshold`` is the model's."""
    line = hint_of(threshold)
    like = [one for one in said if one.selling >= line and not one.asks_or_tells]
    if any(one.orders and one.selling >= threshold and one.about >= _ABOUT for one in like):
        return True
    plainly = {one.key for one in like if one.selling >= threshold}
    if len(plainly) >= _ENOUGH:
        return True
    return len({one.key for one in like}) >= _ENOUGH and any(one.orders for one in like)


def hint_of(threshold: float) -> float:
    """The probability from which a message may be an offer that no text says plainly."""
    return sigmoid(logit(threshold) + HINT)


def said_in(text: str, glance: Glance, own: Collection[str] = (), *, leads: bool = False) -> Said:
    """What the rule sees of ``text``. ``own`` are the author's usernames in lower case; ``leads``
    says that a button or a link behind a word stands under it."""
    kept = " ".join(_LETTERS.findall(text.casefold()))
    asks_or_tells = bool(_ASKS.search(text) or _TELLS.search(text))
    orders = leads or says_how_to_order(text, own)
    key = sha256_hex(kept.encode())
    return Said(glance.selling, glance.about_drugs, asks_or_tells, orders, key)


def says_how_to_order(text: str, own: Collection[str] = ()) -> bool:
    """Whether ``text`` says where to turn to: in words, by a telephone, a site, a bot, or the
    author's own handle. The handle of somebody else alone may be that of the shop where a buyer
    was."""
    if _ORDER.search(text) or _PHONE.search(text) or _SITE.search(text):
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
            if author in self.known or not text:
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
