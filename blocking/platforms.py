"""Hosts that many people share and that the Public Suffix List does not know.

On a platform of the first kind users live in paths: its name and all names below are the
platform. On one of the second kind users live in names below: only its own names are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from blocking.listfiles import Table, dated, read_table
from blocking.names import self_and_above


@dataclass(frozen=True, slots=True)
class Platforms:
    """The platform list. ``own`` are first labels that a platform keeps for itself."""

    paths: frozenset[str]
    subdomains: frozenset[str]
    own: frozenset[str]
    source: str = ""
    reviewed: date | None = None

    def match(self, host: str) -> str:
        """The platform that ``host`` belongs to as a whole, "" when it is no platform."""
        for name in self_and_above(host):
            if name in self.paths:
                return name
            if name in self.subdomains:
                return name if self._is_own(host, name) else ""
        return ""

    def _is_own(self, host: str, name: str) -> bool:
        return host == name or host.removesuffix(f".{name}") in self.own


def parse_platforms(text: str, origin: str) -> Platforms:
    """The list in ``text`` (see config/platforms.toml). Raises InputError naming ``origin``."""
    data = read_table(text, origin)
    head = Table(data, "list", origin)
    return Platforms(
        paths=Table(data, "paths", origin).hosts(),
        subdomains=Table(data, "subdomains", origin).hosts(),
        own=frozenset(Table(data, "own", origin).strings("labels")),
        source=head.string("source"),
        reviewed=dated(head, "reviewed"),
    )
