"""The platform list as exports need it: every name checked, and no list without source and date."""

from __future__ import annotations

from blocking.listfiles import Table, dated, read_table
from domain.platforms import Platforms

__all__ = ["Platforms", "parse_platforms"]


def parse_platforms(text: str, origin: str) -> Platforms:
    """The list in ``text`` (see config/platforms.toml). Raises InputError naming ``origin``."""
    data = read_table(text, origin)
    head = Table(data, "list", origin)
    head.string("source")
    dated(head, "reviewed")
    return Platforms(
        paths=Table(data, "paths", origin).hosts(),
        subdomains=Table(data, "subdomains", origin).hosts(),
        own=frozenset(Table(data, "own", origin).strings("labels")),
    )
