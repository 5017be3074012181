"""Hosts on which people who have nothing to do with each other publish.

A link to one says nothing of the page it stands on, and blocking one would hit everybody on it:
they are never crawled as a site and never blocked as a host. The Public Suffix List knows many;
these are the others.

On a platform of the first kind users live in paths: its name and all names below are the
platform. On one of the second kind users live in names below: only its own names are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Platforms:
    """Canonical names of the first kind (``paths``) and of the second (``subdomains``); ``own``
    are the labels below a name of the second kind that the platform keeps for itself."""

    paths: frozenset[str] = frozenset()
    subdomains: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()

    def match(self, host: str) -> str:
        """The platform that ``host`` belongs to as a whole, "" when it is no platform.

        Where names of both kinds stand above ``host``, the nearest decides.
        """
        below, name = "", host
        while name:
            if name in self.paths:
                return name
            if name in self.subdomains:
                return name if not below or below in self.own else ""
            label, _, name = name.partition(".")
            below = f"{below}.{label}" if below else label
        return ""

    def __contains__(self, host: str) -> bool:
        return bool(self.match(host))


def parse_platforms(table: Mapping[str, Any]) -> Platforms:
    """From a table with ``paths`` and ``subdomains`` (groups of names) and ``own.labels``, each
    of which may be missing (see config/platforms.toml)."""
    return Platforms(
        paths=_names(table.get("paths", {})),
        subdomains=_names(table.get("subdomains", {})),
        own=frozenset(table.get("own", {}).get("labels", ())),
    )


def _names(groups: Mapping[str, Iterable[str]]) -> frozenset[str]:
    return frozenset(name for names in groups.values() for name in names)
