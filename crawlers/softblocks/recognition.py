"""Whether a page is about an obstacle: what the rules saw, held against what the page has."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from crawlers.extraction import Page
from crawlers.softblocks import errors, gates, notices
from crawlers.softblocks.content import Content, content_of
from crawlers.softblocks.sight import MOST_TEXT, Found, Sight
from domain.captures import Outcome


class Standing(StrEnum):
    """How an obstacle stands to its page: it is the whole of it, it may be, or it is a part of a
    page that has a life of its own."""

    ALONE = "alone"
    IN_DOUBT = "in doubt"
    BESIDE = "beside"


@dataclass(frozen=True, slots=True)
class Block:
    """What stands in the way, which rule saw it, and whether there is anything else."""

    outcome: Outcome
    detail: str
    standing: Standing


#: The first that sees something decides. Vendors' gates come before captchas, since they hold some;
#: notices of authorities before errors, since they are sent with error statuses and words.
_RULES = (
    notices.seized,
    notices.blocked_on_the_way,
    gates.vendors_gate,
    gates.login,
    gates.captcha,
    gates.waiting,
    notices.parked,
    errors.default_page,
    errors.missing,
    errors.forbidden,
    errors.broken,
)
#: Notices that name what was seized, and those that name sums (what a domain costs, too).
_WITH_GOODS = frozenset({Outcome.SEIZED, Outcome.BLOCKED_ON_THE_WAY})
_WITH_SUMS = _WITH_GOODS | {Outcome.PARKED}
#: Kinds whose pages have the site's or a vendor's menu, whatever stands in their middle.
_WITH_LINKS = frozenset(
    {Outcome.PARKED, Outcome.DEFAULT_PAGE, Outcome.NOT_FOUND, Outcome.FORBIDDEN}
    | {Outcome.HTTP_ERROR, Outcome.BLOCKED_ON_THE_WAY}
)
_OWN_LINKS = 3
#: Characters in words that are not the obstacle's: up to ``_LITTLE`` it is the whole page, beyond
#: ``_MUCH`` a part of it. By whether more than a phrase speaks for it.
_LITTLE = {True: 40, False: 15}
_MUCH = {True: 600, False: 100}
_NOTHING = re.compile(r"(?!)")
_TEXT_OF_ITS_OWN = 60


def recognise(
    page: Page, markup: str, headers: Mapping[str, str], url: str = "http://localhost/"
) -> Block | None:
    """What stands in the way on ``page``, or None where nothing was seen.

    ``markup`` is the HTML it was read from, ``url`` where it was found; ``headers`` have names in
    lower case.
    """
    if len(page.document.text) > MOST_TEXT:
        return None
    sight = Sight.of(page, markup, headers, url)
    for rule in _RULES:
        if found := rule(sight):
            standing = _standing(found, content_of(sight, found.vocabulary))
            return Block(found.outcome, found.detail, standing)
    if len(sight.text) < 3:
        return Block(Outcome.EMPTY, "no text", Standing.ALONE)
    return None


def has_own_text(page: Page, markup: str, url: str) -> bool:
    """Whether a page that came with an error status has more to say than that."""
    content = content_of(Sight.of(page, markup, {}, url), _NOTHING)
    return bool(
        content.goods or content.sums or content.contacts or content.words > _TEXT_OF_ITS_OWN
    )


def _standing(found: Found, content: Content) -> Standing:
    marked, outcome = found.marked, found.outcome
    if content.goods:
        return Standing.IN_DOUBT if marked and outcome in _WITH_GOODS else Standing.BESIDE
    sums = 0 if marked and outcome in _WITH_SUMS else content.sums
    if sums > 1 or content.words > _MUCH[marked]:
        return Standing.BESIDE
    linked = content.links >= _OWN_LINKS and outcome not in _WITH_LINKS
    if content.contacts or sums or linked:
        return Standing.IN_DOUBT if marked else Standing.BESIDE
    return Standing.ALONE if content.words <= _LITTLE[marked] else Standing.IN_DOUBT
