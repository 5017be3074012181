"""Which autonomous system an address belongs to, by a table that is kept here: nobody is asked.

The table has a line for each range, of fields with tabs between them: first address, last address,
number, country, name; number 0 for ranges that nobody announces (the layout of iptoasn.com's
``ip2asn-combined.tsv``).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

from domain.errors import InputError

_FIELDS = 5


@dataclass(frozen=True, slots=True)
class Networks:
    """A table, for lookups: ranges of IPv4 and IPv6 apart, by their first addresses."""

    ranges: dict[int, tuple[tuple[int, ...], tuple[tuple[int, int], ...]]] = field(
        default_factory=dict
    )

    def asn(self, address: str) -> int | None:
        """The number of the autonomous system that announces ``address``; None where none does."""
        found = ip_address(address)
        firsts, rest = self.ranges.get(found.version, ((), ()))
        at = bisect_right(firsts, int(found)) - 1
        if at < 0 or int(found) > rest[at][0]:
            return None
        return rest[at][1] or None


def read_networks(path: Path) -> Networks:
    """The table in ``path``. Raises InputError naming the file and a line that is none."""
    rows: dict[int, list[tuple[int, int, int]]] = {4: [], 6: []}
    try:
        with path.open(encoding="utf-8") as stream:
            for version, row in _rows(stream, path):
                rows[version].append(row)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the table of networks {path} cannot be read: {error}") from error
    return Networks({version: _sorted(some) for version, some in rows.items()})


def _sorted(
    rows: list[tuple[int, int, int]],
) -> tuple[tuple[int, ...], tuple[tuple[int, int], ...]]:
    rows.sort()
    return tuple(row[0] for row in rows), tuple(row[1:] for row in rows)


def _rows(lines: Iterable[str], path: Path) -> Iterator[tuple[int, tuple[int, int, int]]]:
    for number, line in enumerate(lines, 1):
        fields = line.rstrip("\n").split("\t")
        try:
            first, last = ip_address(fields[0]), ip_address(fields[1])
            asn = int(fields[2])
            if len(fields) != _FIELDS or first.version != last.version or int(last) < int(first):
                raise ValueError("not a range")
            if not 0 <= asn < 1 << 32:
                raise ValueError("not a number of an autonomous system")
        except (ValueError, IndexError) as error:
            raise InputError(f"{path}, line {number}: {error}") from error
        yield first.version, (int(first), int(last), asn)
