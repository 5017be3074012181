"""How much of a site's text changed between two looks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

_NUMBERS = re.compile(r"\d+(?:[.,:]\d+)*")
_BLANKS = re.compile(r"\s+")

#: The lines of a text, normalised, and how often each stands there.
Lines = Counter[str]


def lines_of(texts: Iterable[str]) -> Lines:
    """The normalised lines of ``texts``: small letters, single blanks, every number the same,
    so that prices, dates and counters are no change."""
    found: Lines = Counter()
    for text in texts:
        for line in text.splitlines():
            shape = _BLANKS.sub(" ", _NUMBERS.sub("0", line.casefold())).strip()
            if shape:
                found[shape] += 1
    return found


def share_changed(before: Lines, now: Lines) -> float:
    """The share of lines that are not in both, from 0 (the same) to 1 (nothing in common).

    It is the Jaccard distance of multisets; of two empty texts it is 0.
    """
    together = (before | now).total()
    return 1.0 - (before & now).total() / together if together else 0.0


def share_changed_of_pages(before: Mapping[str, str], now: Mapping[str, str]) -> float:
    """``share_changed`` over pages by URL.

    Pages that only one look fetched say more of the crawl than of the site: they are left out,
    unless the looks have no page in common.
    """
    common = before.keys() & now.keys()
    if not common:
        return share_changed(lines_of(before.values()), lines_of(now.values()))
    return share_changed(
        lines_of(before[url] for url in common), lines_of(now[url] for url in common)
    )


def share_new(known: Lines, now: Lines) -> float:
    """The share of the lines of ``now`` that ``known`` lacks; 0 where there is no line."""
    return (now - known).total() / now.total() if now else 0.0
