"""What a page has of its own beside the obstacle that was seen on it: goods, contacts, links, text.

Looked for only where a rule saw an obstacle, and in the few thousand characters that those have.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from classifiers.indicators import find_indicators
from classifiers.quantities import prices
from crawlers.softblocks.sight import MOST_TEXT, Sight

_LINKS_LOOKED_AT = 300
#: Links that an obstacle has itself: to log in, to get another picture, to the terms.
_OF_AN_OBSTACLE = re.compile(
    r"log-?in|sign-?(?:in|up)|auth|regist|regis|forgot|recover|remind|restore|password|captcha"
    r"|refresh|reload|verify|challenge|check|support|help|contact|terms|privacy|policy|rules|abuse"
    r"|lang|cdn-cgi|войти|вход|регистр|забыли|восстанов|обновить|помощь|поддержк|правила|услови"
    r"|главн|на сайт|кіру|тіркел|құпия|басты"
)
_SENTENCE_END = re.compile(r"[\n|]|[.!?…](?=\s)")
_REACH = 50
_WORDS = re.compile(r"[^\W_]+")
#: A year is no amount of goods: "27.07.2006 г. 149-ФЗ".
_YEAR = re.compile(r"(?:19|20)\d\d g$")
_NO_CONTACTS = frozenset({"email", "card"})


@dataclass(frozen=True, slots=True)
class Content:
    """``goods``: an amount of something with its price. ``sums``: different sums of money.
    ``contacts``: ways to reach somebody. ``links``: different pages of the same site. ``words``:
    characters that the obstacle does not account for."""

    goods: bool
    sums: int
    contacts: bool
    links: int
    words: int


def content_of(sight: Sight, vocabulary: re.Pattern[str]) -> Content:
    """What the page has that is not of an obstacle whose pages talk in ``vocabulary``."""
    text = f"{sight.page.document.title}\n{sight.page.document.text[:MOST_TEXT]}"
    found = [one.price for one in prices(text.casefold())]
    by_amount = [one for one in found if one.unit and not _YEAR.fullmatch(one.unit)]
    with_currency = {one for one in found if one.currency}
    contacts = any(one.indicator.kind not in _NO_CONTACTS for one in find_indicators(text))
    return Content(
        goods=bool(by_amount),
        sums=len(with_currency),
        contacts=contacts,
        links=own_links(sight),
        words=words_beside(sight.text, vocabulary, sight.url),
    )


def own_links(sight: Sight) -> int:
    """Different pages of the same host that are linked and are none of an obstacle's."""
    here = urlsplit(sight.url)
    seen: set[str] = set()
    for link in sight.page.document.links[:_LINKS_LOOKED_AT]:
        try:
            there = urlsplit(link.url)
            own = there.scheme in {"http", "https"} and there.hostname == here.hostname
        except ValueError:
            continue
        target = f"{there.path or '/'}?{there.query}"
        if own and target != f"{here.path or '/'}?{here.query}" and there.path not in {"", "/"}:
            named = f"{target[:300]} {link.text}".casefold()
            if not _OF_AN_OBSTACLE.search(named):
                seen.add(target)
    return len(seen)


def words_beside(text: str, vocabulary: re.Pattern[str], url: str = "") -> int:
    """Characters in words of those parts of ``text`` (lower case) that say nothing of what
    ``vocabulary`` finds: a word of it accounts for ``_REACH`` characters of its sentence. The name
    of the site itself does not count."""
    name = _host(url)
    left = 0
    for sentence in _SENTENCE_END.split(text.replace(name, " ") if name else text):
        said = sum(map(len, _WORDS.findall(sentence)))
        accounted = sum(1 for _ in vocabulary.finditer(sentence)) * _REACH
        left += max(0, said - accounted)
    return left


@lru_cache(maxsize=64)
def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
