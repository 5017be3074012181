"""The register as CSV (RFC 4180): a header, then one line a host, channel or URL."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator

from blocking.entries import Entry
from blocking.exporters.blocktypes import register_lines
from blocking.exporters.format import ExportInfo, Format, in_blocks, takes_all
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
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "|", "%")


def write(entries: Iterable[Entry], info: ExportInfo) -> Iterator[bytes]:
    """Header and lines, ends CRLF, UTF-8 without a mark."""
    return in_blocks(_lines(entries))


def _lines(entries: Iterable[Entry]) -> Iterator[str]:
    sink = _LastLine()
    writer = csv.writer(sink, lineterminator="\r\n")
    writer.writerow(HEADER)
    yield sink.text
    for entry in entries:
        for row in _rows(entry):
            writer.writerow(row)
            yield sink.text


class _LastLine:
    """What ``csv.writer`` writes to: keeps the line just written."""

    text = ""

    def write(self, text: str) -> None:
        self.text = text


def _rows(entry: Entry) -> Iterator[tuple[str, ...]]:
    decision, item = entry.decision, entry.telegram
    common = tuple(
        cell(text)
        for text in (
            entry.action,
            entry.valid_from,
            entry.valid_until,
            entry.urgency,
            entry.territory,
            entry.category,
        )
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


def cell(text: str) -> str:
    """Free text for a cell: one line, and never the beginning of a spreadsheet formula (OWASP,
    “CSV Injection”). URLs, hosts and names need no such guard: none can begin so."""
    line = one_line(text)
    return f"'{line}" if line.startswith(_FORMULA) else line


FORMAT = Format("csv", "register.csv", "text/csv", takes_all, write, deltas=True)
