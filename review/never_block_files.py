"""The never-block list as files: taken out as CSV, and filled from one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from blocking import protected
from blocking.protected_file import NameList, parse_names
from blocking.protection import Protection
from cases.models import Person
from cases.people import require
from domain.clock import Clock, utc_now
from domain.errors import InputError, RuleError
from domain.tables import RowProblem
from review.never_block import LIST_READERS, ORIGINS, Filter, file_line, line_of, of_files, own_rows
from review.tables import Cell

#: Of an imported file.
MOST_BYTES, MOST_NAMES = 1_000_000, 1_000
#: The first six are those of ``blocking.protected_file``: what was exported can be imported.
HEADERS = (
    "name", "category", "below", "reason", "source", "review_by",
    "origin", "added", "added_by", "withdrawn", "withdrawn_by",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of a file: how many names were put on the list, how many stood on it, how many
    requests in force the new ones cover; lines that were refused; lines over the bound."""

    added: int
    known: int
    covered: int
    problems: tuple[RowProblem, ...]
    beyond: int


def take_file(
    person: Person, data: bytes, lists: Protection, *, clock: Clock = utc_now
) -> Imported:
    """Put the names of a file on the list, each by itself. Raises AccessError, and InputError for
    a file that is too large or holds no name."""
    require(person, protected.PROTECTORS, "put names on the never-block list")
    if len(data) > MOST_BYTES:
        raise InputError(f"the file has {len(data)} bytes, the most is {MOST_BYTES}")
    found = parse_names(data, most=MOST_NAMES)
    if not (found.names or found.problems):
        raise InputError("the file holds no name")
    return _put(person, found, lists, clock)


def _put(person: Person, found: NameList, lists: Protection, clock: Clock) -> Imported:
    added = known = covered = 0
    problems = [*found.problems]
    for line, wanted in found.names:
        try:
            covered += len(protected.add(person, wanted, lists, clock=clock).covered)
            added += 1
        except protected.OnListError:
            known += 1
        except (InputError, RuleError) as error:
            problems.append(RowProblem(line, wanted.name, str(error)))
    problems.sort(key=lambda problem: problem.line)
    return Imported(added, known, covered, tuple(problems), found.beyond)


def file_rows(person: Person, wanted: Filter, lists: Protection) -> Iterator[tuple[Cell, ...]]:
    """The entries as cells under ``HEADERS``. Raises AccessError."""
    require(person, LIST_READERS, "read the never-block list")
    return _cells(wanted, lists)


def _cells(wanted: Filter, lists: Protection) -> Iterator[tuple[Cell, ...]]:
    today = utc_now().date()
    own = (line_of(row, today) for row in own_rows(wanted).iterator(chunk_size=2000))
    for line in (*own, *map(file_line, of_files(wanted, lists))):
        yield (
            line.name, line.category, "yes" if line.below else "no", line.reason, line.source,
            _day(line.review_by), ORIGINS[line.entry_id is None], _day(line.added), line.added_by,
            _day(line.withdrawn), line.withdrawn_by,
        )  # fmt: skip


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
