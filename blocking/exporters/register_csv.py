"""The register as CSV (RFC 4180): a header, then one line a host, channel or URL."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain, islice

from blocking.entries import Entry
from blocking.exporters.blocktypes import register_lines
from blocking.exporters.format import ExportInfo, Format, takes_all
from blocking.texts import one_line

HEADER = (
    "id",
    "part",
    "action",
    "include_time",
    "valid_until",
    "urgency",
    "territory",
    "category",
    "block_type",
    "decision_number",
    "decision_date",
    "decision_org",
    "url",
    "domain",
    "onion",
    "telegram",
    "telegram_id",
    "telegram_posts",
)
_AT_ONCE = 500
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "|", "%")


def write(entries: Iterable[Entry], info: ExportInfo) -> Iterator[bytes]:
    """Header and lines, ends CRLF, UTF-8 without a mark."""
    lines = _Lines()
    writer = csv.writer(lines, lineterminator="\r\n")
    rows = chain([HEADER], chain.from_iterable(map(_rows, entries)))
    while some := tuple(islice(rows, _AT_ONCE)):
        writer.writerows(some)
        yield "".join(lines).encode()
        lines.clear()


class _Lines(list[str]):
    """What ``csv.writer`` writes to: a list of lines."""

    write = list.append


def _rows(entry: Entry) -> Iterator[tuple[str, ...]]:
    decision, item = entry.decision, entry.telegram
    common = (
        cell(entry.action),
        cell(entry.valid_from),
        cell(entry.valid_until),
        cell(entry.urgency),
        cell(entry.territory),
        cell(entry.category),
    )
    ground = (cell(decision.number), cell(decision.date), cell(decision.unit))
    for line in register_lines(entry):
        yield (
            entry.id,
            str(line.part),
            *common,
            line.block_type,
            *ground,
            line.url,
            line.domain,
            line.onion,
            line.telegram,
            str(item.numeric_id) if item and item.numeric_id is not None else "",
            " ".join(map(str, item.posts)) if item else "",
        )


@lru_cache(4096)
def cell(text: str) -> str:
    """Free text for a cell: one line, and never the beginning of a spreadsheet formula (OWASP,
    “CSV Injection”). URLs, hosts and names need no such guard: none can begin so."""
    line = one_line(text)
    return f"'{line}" if line.startswith(_FORMULA) else line


FORMAT = Format("csv", "register.csv", "text/csv", takes_all, write, deltas=True)
