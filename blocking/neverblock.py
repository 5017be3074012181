"""The never-block list: names that are refused as a host, and need a reason as a URL.

Files have one category each, with the source of the names and the date they were added.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from blocking.listfiles import Table, dated, read_table
from blocking.lookalikes import skeleton
from blocking.names import above, all_above, self_and_above
from domain.errors import InputError
from domain.targets import unicode_host

CATEGORIES = frozenset(
    {
        "banks",
        "cdn",
        "education",
        "government",
        "harm_reduction",
        "health",
        "media",
        "pharmacies",
        "top_sites",
        "unit",
    }
)


@dataclass(frozen=True, slots=True)
class Protected:
    """A protected name. ``below`` says whether names below it are protected too."""

    name: str
    category: str
    below: bool
    source: str
    added: date

    def __str__(self) -> str:
        return f"{self.name} ({self.category}, since {self.added})"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A name that is to be protected, as somebody wrote it down; with ``below``, the names below it
    too. ``source`` says where it was learnt that it needs protection."""

    name: str
    category: str
    below: bool
    reason: str
    source: str
    review_by: date


@dataclass(frozen=True, slots=True)
class NeverBlock:
    """The list. Build it with ``never_block``."""

    names: Mapping[str, Protected]
    covering: frozenset[str] = field(default_factory=frozenset)

    def match(self, host: str) -> Protected | None:
        """The entry that protects ``host``: its own, or one above it."""
        if own := self.names.get(host):
            return own
        for name in above(host):
            entry = self.names.get(name)
            if entry and entry.below:
                return entry
        return None

    def imitates(self, host: str) -> Protected | None:
        """The protected name that ``host`` looks like without being it, letters of other
        scripts taken for the Latin ones that they resemble."""
        if "xn--" not in host:
            return None
        looks = skeleton(unicode_host(host))
        for name in self_and_above(looks):
            entry = self.names.get(name)
            if entry and self.match(host) is None:
                return entry
        return None


def asked_of(host: str) -> frozenset[str]:
    """The names that say everything the list can say of ``host``: its own and those above it, and
    what it looks like."""
    looks = skeleton(unicode_host(host)) if "xn--" in host else host
    return frozenset((*self_and_above(host), *self_and_above(looks)))


def never_block(entries: Iterable[Protected]) -> NeverBlock:
    """The list of ``entries``; a name that several files hold keeps its widest protection."""
    names: dict[str, Protected] = {}
    for entry in entries:
        known = names.get(entry.name)
        if known is None or (entry.below and not known.below):
            names[entry.name] = entry
    return NeverBlock(names, all_above(names))


def parse_protected(text: str, origin: str) -> list[Protected]:
    """The entries of one list file (see config/neverblock). Raises InputError naming it."""
    data = read_table(text, origin)
    head = Table(data, "list", origin)
    category, source, added = head.string("category"), head.string("source"), dated(head, "added")
    if category not in CATEGORIES:
        raise InputError(f"{origin}: category {category!r} is none of {sorted(CATEGORIES)}")
    if unknown := set(data) - {"list", "names", "apex_only"}:
        raise InputError(f"{origin}: unknown table {sorted(unknown)[0]!r}")
    entries = [
        Protected(name, category, below, source, added)
        for table, below in (("names", True), ("apex_only", False))
        for name in sorted(Table(data, table, origin).hosts())
    ]
    if not entries:
        raise InputError(f"{origin}: no names in it")
    return entries
