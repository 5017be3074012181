"""A file of names for the never-block list: CSV as people and spreadsheets write it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from blocking.neverblock import Wanted
from domain.errors import InputError
from domain.tables import RowProblem, read_table

COLUMNS = ("name", "category", "below", "reason", "source", "review_by")
_NEEDED = ("name", "category", "reason", "source", "review_by")
_YES = frozenset({"", "yes", "true", "1", "да", "иә"})
_NO = frozenset({"no", "false", "0", "нет", "жоқ"})
_LONGEST_SHOWN = 200


@dataclass(slots=True)
class NameList:
    """What a file holds: names with their lines, and the lines that cannot be read. ``beyond``
    counts lines over the bound."""

    names: list[tuple[int, Wanted]] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    beyond: int = 0


def parse_names(data: bytes, *, most: int) -> NameList:
    """The names in ``data``, ``most`` at the most. A line that cannot be read does not take the
    others along; columns that are not among ``COLUMNS`` are left aside. Never raises."""
    table = read_table(data, most=most)
    found = NameList(
        problems=[RowProblem(one.line, _shown(one.text), one.reason) for one in table.problems],
        beyond=table.beyond,
    )
    if missing := [name for name in _NEEDED if table.columns and name not in table.columns]:
        reason = f"no column is called {' or '.join(missing)}"
        found.problems.append(RowProblem(1, _shown(",".join(table.columns)), reason))
        return found
    for row in table.rows:
        try:
            found.names.append((row.line, _wanted(row.cells)))
        except InputError as error:
            shown = _shown(",".join(row.cells.values()))
            found.problems.append(RowProblem(row.line, shown, str(error)))
    return found


def _wanted(cells: Mapping[str, str]) -> Wanted:
    name, below = cells.get("name", ""), cells.get("below", "").casefold()
    if not name:
        raise InputError("the name is missing")
    if below not in _YES | _NO:
        raise InputError(f"below is yes or no, not {below!r}")
    try:
        review_by = date.fromisoformat(cells.get("review_by", ""))
    except ValueError:
        raise InputError("review_by is a date, for instance 2026-01-31") from None
    texts = (cells.get("reason", ""), cells.get("source", ""))
    return Wanted(name, cells.get("category", ""), below in _YES, *texts, review_by)


def _shown(text: str) -> str:
    return text.strip()[:_LONGEST_SHOWN]
