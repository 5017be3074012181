"""A list of exact URLs for proxies: one a line. Never merged into DNS.

Onions stand in it as the address of their first page: a notice for gateways and proxies.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from blocking.entries import Action, Entry, Scope
from blocking.exporters.format import ExportInfo, Format, in_blocks
from blocking.texts import one_line


def leaves_out(entry: Entry, info: ExportInfo) -> str:
    """Exact URLs and onions; a whole host is not a URL."""
    if entry.scope not in {Scope.URL, Scope.ONION}:
        return f"{entry.scope}: no exact URL"
    return "" if entry.action is Action.BLOCK else "a lifting is the entry's absence"


def write(entries: Iterable[Entry], info: ExportInfo) -> Iterator[bytes]:
    """A head of comments, then the URLs."""
    return in_blocks(_lines(entries, info))


def _lines(entries: Iterable[Entry], info: ExportInfo) -> Iterator[str]:
    yield f"# recipient: {one_line(info.recipient)}\n# number: {info.number}\n"
    yield f"# as of: {one_line(info.as_of)}\n"
    for entry in entries:
        if entry.scope is Scope.ONION:
            yield f"http://{entry.values[0]}/\n"
        else:
            for url in entry.values:
                yield f"{url}\n"


FORMAT = Format("urls", "urls.txt", "text/plain", leaves_out, write)
