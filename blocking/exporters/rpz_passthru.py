"""The zone of names that a resolver must let pass, placed before the block zone.

Whatever goes wrong in a block zone, of ours or of others, the never-block list keeps resolving.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from blocking.entries import Entry
from blocking.exporters.format import ExportInfo, Format, in_blocks
from blocking.exporters.rpz import head


def zone_name(info: ExportInfo) -> str:
    """The zone's name: that of the block zone, one label further down."""
    return f"passthru.{info.zone}"


def write(entries: Iterable[Entry], info: ExportInfo) -> Iterator[bytes]:
    """The never-block names of ``info``; the entries play no part."""
    return in_blocks(_lines(info))


def _lines(info: ExportInfo) -> Iterator[str]:
    yield head(zone_name(info), info.serial)
    for name in info.passthru:
        yield f"{name} CNAME rpz-passthru.\n"
        if name not in info.passthru_exact:
            yield f"*.{name} CNAME rpz-passthru.\n"


def _no_entries(entry: Entry, info: ExportInfo) -> str:
    return "the zone holds names to let pass"


FORMAT = Format("rpz-passthru", "passthru.rpz", "text/dns", _no_entries, write, companion=True)
