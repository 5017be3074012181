"""The RPZ zone for resolvers: a name and everything below it answer NXDOMAIN.

Format: draft-vixie-dnsop-dns-rpz; ``CNAME .`` is NXDOMAIN. Hosts and domains only: a URL or a
channel cannot be blocked by name. Owner names are relative to the zone, so that a dot too many
or too few cannot move a record elsewhere. Names that resolvers must let pass stand in a zone of
their own (``rpz_passthru``), which goes first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from blocking.entries import BY_NAME, Action, Entry
from blocking.exporters.format import ExportInfo, Format, each_once, in_blocks

TTL = 300
_LONGEST = 253
_LONGEST_PREFIX = len("www.")


def leaves_out(entry: Entry, info: ExportInfo) -> str:
    """Only names go into a zone, and they must fit there under the zone's own name."""
    if entry.scope not in BY_NAME:
        return f"{entry.scope}: cannot be blocked by name"
    if entry.action is not Action.BLOCK:
        return "a lifting is the entry's absence"
    if len(entry.host) + len(f".{info.zone}") + _LONGEST_PREFIX > _LONGEST:
        return "the name is too long for the zone"
    return ""


def head(zone: str, serial: int) -> str:
    """The records that every zone begins with."""
    return (
        f"$TTL {TTL}\n$ORIGIN {zone}.\n"
        f"@ IN SOA localhost. hostmaster.localhost. {serial} 3600 600 2592000 {TTL}\n"
        "@ IN NS localhost.\n"
    )


def write(entries: Iterable[Entry], info: ExportInfo) -> Iterator[bytes]:
    """The zone; entries of one name must stand side by side, and give each record once."""
    return in_blocks(_lines(entries, info))


def _lines(entries: Iterable[Entry], info: ExportInfo) -> Iterator[str]:
    yield head(info.zone, info.serial)
    yield from (f"{owner} CNAME .\n" for owner in each_once(entries, _owners))


def _owners(entry: Entry) -> tuple[str, ...]:
    return (entry.host, f"*.{entry.host}") if entry.subdomains else entry.names


FORMAT = Format("rpz", "block.rpz", "text/dns", leaves_out, write, needs=("rpz-passthru",))
