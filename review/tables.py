"""Figures in rows: for a page, for paper, and as a file that a spreadsheet opens.

A spreadsheet takes a cell that begins with certain characters for a formula, and calculates it on
the machine of whoever opens the file (OWASP, CSV Injection). Such cells get an apostrophe in front,
which makes them text. So does what follows a semicolon, a tab or a line break inside a cell: where
a spreadsheet separates by those, it begins a cell there.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format, number_format

from domain.defang import printable

Cell = str | int | float | date | None
NOTHING = "–"
_WORDS = (str, date)
_FORMULA = re.compile(r"(^|[;\t\r\n])(?=[ \"']*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r])")


@dataclass(frozen=True, slots=True)
class Table:
    """Figures under ``headers``; ``name`` is what its file is called. Numbers are kept as such
    (``None``: not known); ``note`` says how to read them."""

    name: str
    title: Any
    headers: tuple[Any, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: Any = ""

    @property
    def heads(self) -> list[tuple[Any, bool]]:
        """Each header, and whether numbers stand below it."""
        words = {at for row in self.rows for at, cell in enumerate(row) if isinstance(cell, _WORDS)}
        return [(header, at not in words) for at, header in enumerate(self.headers)]

    @property
    def shown(self) -> list[list[tuple[str, bool]]]:
        """Each cell as people of the language read it, and whether it is a number."""
        return [[(_shown(cell), not isinstance(cell, _WORDS)) for cell in row] for row in self.rows]


def defused(cell: Cell) -> str:
    """``cell`` as text that no spreadsheet calculates. Numbers stay numbers."""
    if cell is None:
        return ""
    if not isinstance(cell, str):
        return str(cell)
    return printable(_FORMULA.sub(r"\1'", cell))


def csv_lines(headers: Sequence[object], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """The lines of a CSV file (RFC 4180), after the mark by which spreadsheets tell UTF-8."""
    writer = csv.writer(_Echo(), quoting=csv.QUOTE_ALL)
    yield "\ufeff"
    yield writer.writerow([defused(str(header)) for header in headers])
    for row in rows:
        yield writer.writerow([defused(cell) for cell in row])


class _Echo:
    """Gives a line back where a file would keep it."""

    def write(self, line: str) -> str:
        return line


def _shown(cell: Cell) -> str:
    if cell is None:
        return NOTHING
    if isinstance(cell, str):
        return printable(cell)
    if isinstance(cell, date):
        return date_format(cell, "SHORT_DATE_FORMAT")
    digits = 2 if isinstance(cell, float) else None
    return number_format(cell, digits, use_l10n=True, force_grouping=True)
