"""The page ``t.me/<name>`` that a channel without preview leads to: what the name stands for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from bs4 import BeautifulSoup
from bs4.element import Tag
from bs4.exceptions import ParserRejectedMarkup

from channels.figures import parse_count
from channels.parsing import LayoutChanged
from domain.captures import Outcome

_NUMBER = re.compile(r"(\d[\d\s]*)\s*(subscriber|member)", re.IGNORECASE)


class LandingKind(StrEnum):
    """What a name without preview stands for."""

    CHANNEL = "channel without preview"
    GROUP = "group"
    PRIVATE = "private: joining is asked for"
    ACCOUNT = "account of a person or bot"
    UNTOLD = "no preview, the page does not tell why"
    NOBODY = "nobody has this name"


@dataclass(frozen=True, slots=True)
class Landing:
    """``members`` is the exact number of subscribers or members, where it is told."""

    kind: LandingKind
    title: str = ""
    members: int | None = None

    @property
    def outcome(self) -> Outcome:
        """NO_SUCH_NAME for a free name, NO_PREVIEW for all that exists."""
        nobody = self.kind is LandingKind.NOBODY
        return Outcome.NO_SUCH_NAME if nobody else Outcome.NO_PREVIEW


def parse_landing(html: str) -> Landing:
    """What the landing page says. Raises LayoutChanged when it is no landing page."""
    if "<" not in html:
        # Beautiful Soup warns of a short text without a tag: it might be the name of a file.
        raise LayoutChanged("the page holds no markup")
    try:
        soup = BeautifulSoup(html, "lxml")
    except (ParserRejectedMarkup, RecursionError, ValueError) as error:
        raise LayoutChanged(f"the page is no HTML: {error}") from error
    head = _one_line(soup.select_one("title"))
    page = soup.select_one(".tgme_page")
    if page is None and "Telegram:" not in head:
        raise LayoutChanged("neither a preview nor a landing page")
    title = _one_line(soup.select_one(".tgme_page_title"))
    extra = _one_line(soup.select_one(".tgme_page_extra"))
    counted = _NUMBER.search(extra)
    members = parse_count(counted[1]) if counted else None
    return Landing(_kind(soup, head, title, extra), title, members)


def _kind(soup: Tag, head: str, title: str, extra: str) -> LandingKind:
    action = _one_line(soup.select_one(".tgme_page_action")).lower()
    if "contact @" in head.lower():
        # An account that exists shows what it is called, or its username below; a free name shows
        # itself at most.
        exists = extra.startswith("@") or (bool(title) and not title.startswith("@"))
        return LandingKind.ACCOUNT if exists else LandingKind.NOBODY
    if "request to join" in action or "join" in head.lower().split():
        return LandingKind.PRIVATE
    if "member" in extra:
        return LandingKind.GROUP
    if "subscriber" in extra:
        return LandingKind.CHANNEL
    return LandingKind.UNTOLD


def _one_line(element: Tag | None) -> str:
    return " ".join(element.get_text(" ").split()) if element is not None else ""
