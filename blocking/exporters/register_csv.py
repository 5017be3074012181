"""The register as CSV (RFC 4180): a header, then one line a host, address, channel or URL."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from functools import lru_cache

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
    "ip",
)
_AT_ONCE = 500
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "|", "%")


def write(entries: Iterable[Entry], info: ExportInfo) -> Iterator[bytes]:
    """Header and lines, ends CRLF, UTF-8 without a mark."""
    yield f"{_quoted(HEADER)}\r\n".encode()
    yield from in_blocks(_lines(entries), _AT_ONCE)


def _lines(entries: Iterable[Entry]) -> Iterator[str]:
    """What many entries share is quoted once; ids, names and numbers need no quotes, since none can
    hold a comma, a quote or an end of line."""
    for entry in entries:
        number = entry.decision.number
        if not number.replace("/", "").isdecimal():
            number = _quoted((cell(number),))
        head, ground = _shared(
            entry.action, entry.valid_from, entry.valid_until, entry.urgency, entry.territory,
            entry.category, entry.decision.date, entry.decision.unit,
        )  # fmt: skip
        if entry.subdomains and entry.host:
            yield f"{entry.id},1,{head},domain-mask,{number},{ground},,{entry.host},,,,,\r\n"
            continue
        item = entry.telegram
        numeric = str(item.numeric_id) if item and item.numeric_id is not None else ""
        posts = " ".join(map(str, item.posts)) if item else ""
        for line in register_lines(entry):
            yield (
                f"{entry.id},{line.part},{head},{line.block_type},{number},{ground},"
                f"{_url(line.url)},{line.domain},{line.onion},{line.telegram},{numeric},{posts},{line.ip}"
                "\r\n"
            )


@lru_cache(4096)
def _shared(*texts: str) -> tuple[str, str]:
    """The cells before the block type, and those after the decision's number."""
    cells = tuple(map(cell, texts))
    return _quoted(cells[:6]), _quoted(cells[6:])


def _url(url: str) -> str:
    return _quoted((url,)) if "," in url or '"' in url else url


def _quoted(cells: tuple[str, ...]) -> str:
    """Cells as RFC 4180 has them, with quotes where they need them. One that is empty needs none
    beside others, which the library would give it alone."""
    if cells == ("",):
        return ""
    line = io.StringIO(newline="")
    csv.writer(line, lineterminator="").writerow(cells)
    return line.getvalue()


@lru_cache(4096)
def cell(text: str) -> str:
    """Free text for a cell: one line, and never the beginning of a spreadsheet formula (OWASP,
    “CSV Injection”). URLs, hosts and names need no such guard: none can begin so."""
    line = one_line(text)
    return f"'{line}" if line.startswith(_FORMULA) else line


FORMAT = Format("csv", "register.csv", "text/csv", takes_all, write, deltas=True)
