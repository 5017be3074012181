"""The block types of the register: what an operator's parser acts on.

``default`` is an exact URL, ``domain`` one name, ``domain-mask`` a name and all below it, as in
the registers that operators know, ``ip`` one address; ``onion``, ``telegram`` (a channel) and
``telegram-message`` (one message of a group) are notices.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from blocking.entries import BY_NAME, Entry, Scope


class Line(NamedTuple):
    """One line of the register; exactly one of the last five is set."""

    part: int
    block_type: str
    url: str = ""
    domain: str = ""
    ip: str = ""
    onion: str = ""
    telegram: str = ""


def register_lines(entry: Entry) -> Iterator[Line]:
    """The register lines of an entry: one, or one for each URL or single name."""
    if entry.telegram is not None:
        item = entry.telegram
        if not item.messages_only:
            yield Line(1, "telegram", telegram=item.name)
            return
        for part, post in enumerate(item.posts, 1):
            yield Line(part, "telegram-message", telegram=f"{item.name}/{post}")
    elif entry.scope in BY_NAME:
        if entry.subdomains:
            yield Line(1, "domain-mask", domain=entry.host)
            return
        for part, name in enumerate(entry.names, 1):
            yield Line(part, "domain", domain=name)
    elif entry.scope is Scope.ONION:
        yield Line(1, "onion", onion=entry.values[0])
    elif entry.scope is Scope.IP:
        yield Line(1, "ip", ip=entry.values[0])
    else:
        for part, url in enumerate(entry.values, 1):
            yield Line(part, "default", url=url)
