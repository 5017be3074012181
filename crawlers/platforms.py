"""Hosts on which people who have nothing to do with each other publish.

A link to one says nothing of the page it stands on: such hosts are counted, never crawled as a
site. (A seed may still name one.)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Platforms:
    """``whole`` names are platforms with all names below them; ``exact`` ones by themselves."""

    whole: frozenset[str] = field(default_factory=frozenset)
    exact: frozenset[str] = field(default_factory=frozenset)

    def __contains__(self, host: str) -> bool:
        labels = host.split(".")
        above = (".".join(labels[at:]) for at in range(len(labels)))
        return host in self.exact or any(name in self.whole for name in above)


def parse_platforms(table: Mapping[str, Any]) -> Platforms:
    """From a table with ``paths`` and ``subdomains`` (groups of names) and ``own.labels``."""
    whole = frozenset(_names(table.get("paths", {})))
    shared = frozenset(_names(table.get("subdomains", {})))
    own = table.get("own", {}).get("labels", ())
    return Platforms(whole, shared | {f"{label}.{name}" for name in shared for label in own})


def _names(groups: Mapping[str, Iterable[str]]) -> Iterable[str]:
    return (name for names in groups.values() for name in names)
