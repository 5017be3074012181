"""A list of names for filters: one a line, in lower-case punycode.

Filters read a name as itself and everything below it, so a host whose subdomains must stay
reachable is left out (and counted); the register and the zone can say that, a bare name cannot.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from blocking.entries import BY_NAME, Action, Entry
from blocking.exporters.format import ExportInfo, Format, in_blocks
from blocking.texts import one_line


def leaves_out(entry: Entry, info: ExportInfo) -> str:
    """Only names, and only those that may fall with everything below them."""
    if entry.scope not in BY_NAME:
        return f"{entry.scope}: cannot be blocked by name"
    if entry.action is not Action.BLOCK:
        return "a lifting is the entry's absence"
    return "" if entry.subdomains else "names below it must stay reachable"


def write(entries: Iterable[Entry], info: ExportInfo) -> Iterator[bytes]:
    """A head of comments, then the names; entries of one name become one."""
    return in_blocks(_lines(entries, info))


def _lines(entries: Iterable[Entry], info: ExportInfo) -> Iterator[str]:
    yield f"# recipient: {one_line(info.recipient)}\n# number: {info.number}\n"
    yield f"# as of: {one_line(info.as_of)}\n# a name covers all names below it\n"
    last = ""
    for entry in entries:
        if entry.host != last:
            last = entry.host
            yield f"{last}\n"


FORMAT = Format("domains", "domains.txt", "text/plain", leaves_out, write)
