"""The journal of what is sent for rendered pages: a line right before each request.

A line is the page's key, which for requests to other hosts than its own is followed by ``#`` and
the host. Canonical URLs hold no fragment, so the two cannot be mixed up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from net.journal import RequestJournal


@dataclass(frozen=True, slots=True)
class Journalled:
    """Requests by page key: to the page's own host, and to others, by key and host."""

    own: Counter[str] = field(default_factory=Counter)
    elsewhere: Counter[tuple[str, str]] = field(default_factory=Counter)


def teller(journal: RequestJournal, key: str, own_host: str) -> Callable[[str], None]:
    """Notes a request to a host for the page ``key``."""

    def sent(host: str) -> None:
        journal.sent(key if host == own_host else f"{key}#{host}")

    return sent


def taken_apart(lines: Mapping[str, int]) -> Journalled:
    """The journal's lines with how often each stands there."""
    found = Journalled()
    for line, n in lines.items():
        key, elsewhere, host = line.partition("#")
        if elsewhere:
            found.elsewhere[key, host] += n
        else:
            found.own[key] += n
    return found
