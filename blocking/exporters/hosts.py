"""A hosts file (RFC 952 and hosts(5)): names that lead nowhere on one machine.

A line covers its one name and nothing below it; so a host whose subdomains must stay reachable
can stand in it, and a shop with many names below is covered at its own name alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import attrgetter

from blocking.entries import BY_NAME, Action, Entry
from blocking.exporters.format import ExportInfo, Format, each_once, in_blocks
from blocking.texts import one_line

#: Where a blocked name leads: to no host at all (RFC 1122, 3.2.1.3), which answers faster than
#: the machine itself would.
NOWHERE = "0.0.0.0"  # noqa: S104 - nothing is bound to it


def leaves_out(entry: Entry, info: ExportInfo) -> str:
    """Only names can stand in it."""
    if entry.scope not in BY_NAME:
        return f"{entry.scope}: cannot be blocked by name"
    return "" if entry.action is Action.BLOCK else "a lifting is the entry's absence"


def write(entries: Iterable[Entry], info: ExportInfo) -> Iterator[bytes]:
    """A head of comments, then a line for each name; entries of one name must stand side by
    side, and give each line once."""
    return in_blocks(_lines(entries, info))


def _lines(entries: Iterable[Entry], info: ExportInfo) -> Iterator[str]:
    yield f"# recipient: {one_line(info.recipient)}\n# number: {info.number}\n"
    yield f"# as of: {one_line(info.as_of)}\n# a line covers no name below its own\n"
    names = each_once(entries, attrgetter("names"))
    yield from (f"{NOWHERE} {name}\n" for name in names)


FORMAT = Format("hosts", "hosts.txt", "text/plain", leaves_out, write)
