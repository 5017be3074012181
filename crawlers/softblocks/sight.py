"""What the rules look at, and what they find."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from crawlers.extraction import Page
from domain.captures import Outcome

_HEAD_OF_MARKUP = 60_000
_FIRST_WORDS = 400
_LONGEST_TITLE = 300
#: No obstacle says more than this; a page that does is not looked at closer.
MOST_TEXT = 6_000


@dataclass(frozen=True, slots=True)
class Sight:
    """A page as the rules see it. ``title``, ``text`` and ``markup`` are in lower case and cut to
    what a rule may look at; ``length`` is that of the whole text."""

    page: Page
    url: str
    title: str
    text: str
    markup: str
    headers: Mapping[str, str]
    length: int

    @classmethod
    def of(cls, page: Page, markup: str, headers: Mapping[str, str], url: str) -> Sight:
        document = page.document
        return cls(
            page,
            url,
            document.title[:_LONGEST_TITLE].casefold().strip(),
            document.text[:MOST_TEXT].casefold(),
            markup[:_HEAD_OF_MARKUP].casefold(),
            headers,
            len(document.text),
        )

    @property
    def first_words(self) -> str:
        return self.text[:_FIRST_WORDS]

    def opens_with(self, pattern: re.Pattern[str]) -> bool:
        """Whether title or first words match."""
        return bool(pattern.search(self.title) or pattern.search(self.first_words))

    def asks(self) -> bool:
        """Whether the page wants something to be filled in."""
        return self.page.forms > 0 or "<input" in self.markup


@dataclass(frozen=True, slots=True)
class Found:
    """An obstacle that a rule saw. ``marked`` says that more than one phrase speaks for it;
    ``vocabulary`` finds what pages of its kind talk about."""

    outcome: Outcome
    detail: str
    marked: bool
    vocabulary: re.Pattern[str]
