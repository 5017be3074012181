"""The report as files: JSON and CSV with codes, HTML in each language. The same figures give the
same bytes: nothing in them says when they were written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.formats import date_format, number_format
from django.utils.translation import override

from domain.digests import canonical_json
from domain.errors import InputError
from review.tables import csv_lines
from review.transparency.computing import Rows
from review.transparency.suppressing import Cell
from review.transparency.words import CELLS, COLUMNS, NOTES, ROWS, TITLES

SCHEMA = "narcowatch.transparency/1"
_JSON, _CSV = "transparency.json", "transparency.csv"
_HEADERS = ("table", "row", "number", "median_days")


def files_of(unit: str, first: date, last: date, tables: Sequence[Rows]) -> Mapping[str, bytes]:
    """The files of a report by their names."""
    pages = {_page(code): _html(code, unit, first, last, tables) for code in _languages()}
    return {
        _JSON: _json(unit, first, last, tables),
        _CSV: "".join(csv_lines(_HEADERS, _lines(tables))).encode(),
        **{name: page.encode() for name, page in pages.items()},
    }


def names() -> tuple[str, ...]:
    """What the files are called."""
    return (_JSON, _CSV, *map(_page, _languages()))


def _languages() -> list[str]:
    return [code for code, _ in settings.LANGUAGES]


def _page(language: str) -> str:
    return f"transparency.{language}.html"


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write ``files`` into ``folder``, which is made where there is none. Raises InputError naming
    what cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            (folder / name).write_bytes(data)
    except OSError as error:
        raise InputError(f"writing the report to {folder}: {error.strerror}") from error


def _json(unit: str, first: date, last: date, tables: Sequence[Rows]) -> bytes:
    told = {
        table.name: [
            {"row": code, **dict(zip(table.columns, cells, strict=True))}
            for code, cells in table.rows
        ]
        for table in tables
    }
    period = {"from": first.isoformat(), "to": last.isoformat()}
    whole = {"schema": SCHEMA, "unit": unit, "period": period, "tables": told}
    return canonical_json(whole) + b"\n"


def _lines(tables: Sequence[Rows]) -> list[Sequence[Cell]]:
    blank = dict.fromkeys(_HEADERS, "")
    return [
        tuple({**blank, "table": table.name, "row": code, **_named(table, cells)}.values())
        for table in tables
        for code, cells in table.rows
    ]


def _named(table: Rows, cells: Sequence[Cell]) -> dict[str, Cell]:
    return dict(zip(table.columns, cells, strict=True))


def _html(code: str, unit: str, first: date, last: date, tables: Sequence[Rows]) -> str:
    with override(code):
        values = {
            "language": code,
            "unit": unit,
            "first": date_format(first, "SHORT_DATE_FORMAT"),
            "last": date_format(last, "SHORT_DATE_FORMAT"),
            "tables": [_shown(table) for table in tables],
        }
        return render_to_string("transparency/report.html", values)


def _shown(table: Rows) -> dict[str, object]:
    called = ROWS.get(table.name, {})
    return {
        "title": TITLES[table.name],
        "note": NOTES.get(table.name, ""),
        "columns": [COLUMNS[column] for column in table.columns],
        "rows": [
            (called.get(code, CELLS.get(code, code)), [_cell(cell) for cell in cells])
            for code, cells in table.rows
        ],
    }


def _cell(cell: Cell) -> str:
    if isinstance(cell, str):
        return str(CELLS.get(cell, cell))
    digits = 1 if isinstance(cell, float) else None
    return number_format(cell, digits, use_l10n=True, force_grouping=True)
