"""A filter list in the syntax of Adblock Plus, for content blockers and filtering resolvers.

``||name^`` covers the name and everything below it. A host whose subdomains must stay reachable
has no rule of this form and is left out (and counted), and so is an exact URL, in which signs of
the syntax could stand. It holds no exceptions: one for a name that must stay reachable would switch
every other list off there, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from blocking.entries import Entry
from blocking.exporters.domains import leaves_out
from blocking.exporters.format import ExportInfo, Format, in_blocks
from blocking.texts import one_line

EXPIRES = "1 days"


def write(entries: Iterable[Entry], info: ExportInfo) -> Iterator[bytes]:
    """The head that readers of such lists know, then the rules; entries of one name are one."""
    return in_blocks(_lines(entries, info))


def _lines(entries: Iterable[Entry], info: ExportInfo) -> Iterator[str]:
    title = one_line(f"{info.recipient}: {info.unit}" if info.unit else info.recipient)
    yield f"[Adblock Plus 2.0]\n! Title: {title}\n! Version: {info.number}\n"
    yield f"! Last modified: {one_line(info.as_of)}\n! Expires: {EXPIRES}\n"
    last = ""
    for entry in entries:
        if entry.host != last:
            last = entry.host
            yield f"||{last}^\n"


FORMAT = Format("adblock", "adblock.txt", "text/plain", leaves_out, write)
