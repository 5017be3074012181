"""The block types of the register: what an operator's parser acts on.

``default`` is an exact URL, ``domain`` one name, ``domain-mask`` a name and all below it, as in
the registers that operators know; ``onion`` and ``telegram`` are notices.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from blocking.entries import BY_NAME, Entry, Scope


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the register; exactly one of the last four is set."""

    part: int
    block_type: str
    url: str = ""
    domain: str = ""
    onion: str = ""
    telegram: str = ""


def register_lines(entry: Entry) -> Iterator[Line]:
    """The register lines of an entry: one, or one for each URL."""
    if entry.telegram is not None:
        item = entry.telegram
        yield Line(1, "telegram", telegram=item.username or str(item.numeric_id))
    elif entry.scope in BY_NAME:
        block_type = "domain-mask" if entry.subdomains else "domain"
        yield Line(1, block_type, domain=entry.host)
    elif entry.scope is Scope.ONION:
        yield Line(1, "onion", onion=entry.values[0])
    else:
        for part, url in enumerate(entry.values, 1):
            yield Line(part, "default", url=url)
