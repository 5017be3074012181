"""Files of rows as people and tools write them: CSV in Excel's ways, JSON in several. Pure.

Bytes in, rows with their numbers out; a row that cannot be read does not take the others along.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_DELIMITERS = ";,\t|"
_HYPERLINK = re.compile(r'^=\s*HYPERLINK\s*\(\s*"([^"]{1,2000})"', re.IGNORECASE)
_SEPARATOR_LINE = re.compile(r"^sep=(.)\r?\n", re.IGNORECASE)
_MOST_PROBLEMS = 1_000
_LISTS = ("items", "rows", "data", "tips", "certificates")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: values by column name (lower case). ``line`` is its line in a CSV file or in a file
    of one JSON object a line, and its place in a JSON list, from 1."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A row that was refused, and why."""

    line: int
    text: str
    reason: str


@dataclass(slots=True)
class Table:
    """What a file holds. ``columns`` are the names in its first line, empty for JSON; ``beyond``
    counts rows over the bound."""

    rows: list[Row] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    columns: Sequence[str] = ()
    beyond: int = 0


def read_table(data: bytes, *, most: int) -> Table:
    """The rows of a CSV or JSON file, ``most`` at the most. Never raises."""
    text = _text(data).replace("\0", "")
    table = Table()
    rows = _json_rows(text, table) if text.lstrip()[:1] in {"[", "{"} else _csv_rows(text, table)
    for row in rows:
        if len(table.rows) < most:
            table.rows.append(row)
        else:
            table.beyond += 1
    return table


def _text(data: bytes) -> str:
    """By byte-order mark, as UTF-8, else as Excel writes Russian (windows-1251)."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1251", "replace")


def _csv_rows(text: str, table: Table) -> Iterator[Row]:
    stated = _SEPARATOR_LINE.match(text)
    skipped = 1 if stated else 0
    body = text[stated.end() :] if stated else text
    delimiter = stated[1] if stated else _delimiter(body)
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=delimiter)
    line = skipped + 1
    while True:
        line = skipped + reader.line_num + 1
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            table.problems.append(RowProblem(line, "", f"no CSV: {error}"))
            continue
        cells = [_cell(value) for value in values]
        if not any(cells):
            continue
        if not table.columns:
            table.columns = tuple(cell.casefold() for cell in cells)
        elif len(cells) > len(table.columns) and any(cells[len(table.columns) :]):
            shown = delimiter.join(values)
            reason = f"{len(cells)} values in {len(table.columns)} columns"
            table.problems.append(RowProblem(line, shown, reason))
        else:
            yield Row(line, dict(zip(table.columns, cells, strict=False)))


def _delimiter(text: str) -> str:
    """What stands most often in the first line that says anything."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(_DELIMITERS, key=first.count) if any(d in first for d in _DELIMITERS) else ","


def _cell(value: str) -> str:
    """A cell without Excel's mark of text; of a hyperlink its address."""
    value = value.strip().removeprefix("'").strip()
    link = _HYPERLINK.match(value)
    return link[1].strip() if link else value


def _json_rows(text: str, table: Table) -> Iterator[Row]:
    """Objects in a list, one a line, or one after another."""
    decoder, at, end = json.JSONDecoder(), 0, len(text)
    line, counted = 1, 0
    while at < end:
        if text[at] in " \t\r\n,":
            at += 1
            continue
        line, counted = line + text.count("\n", counted, at), at
        if len(table.problems) >= _MOST_PROBLEMS:
            table.problems.append(RowProblem(line, "", "too many wrong lines: reading ends here"))
            return
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            shown = text[at : at + 200].partition("\n")[0]
            reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
            table.problems.append(RowProblem(line, shown, f"no JSON: {reason}"))
            at = text.find("\n", at) + 1 or end
            continue
        for number, item in _items(value):
            place = number or line
            if isinstance(item, dict):
                yield Row(place, {str(k).strip().casefold(): _value(v) for k, v in item.items()})
            else:
                table.problems.append(RowProblem(place, str(item), "no object with named values"))


def _items(value: Any) -> Iterator[tuple[int, Any]]:
    """The rows in a JSON value with their places from 1; 0 for a value that is a row itself."""
    if isinstance(value, dict):
        inner = next((value[name] for name in _LISTS if isinstance(value.get(name), list)), None)
        if inner is None:
            yield 0, value
            return
        value = inner
    if isinstance(value, list):
        yield from enumerate(value, start=1)
    else:
        yield 0, value


def _value(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(_value(item) for item in value)
    return "" if value is None else _cell(str(value))
