"""Parameters that several operations take, with their bounds. The record's databases take no zero
byte and no number beyond 63 bits, so none gets that far."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

from ninja.params import functions

LONGEST = 200
_MOST = 2**31 - 1
_FIRST_YEAR, _LAST_YEAR = 1900, 2200
_PLAIN = r"^[^\x00-\x1f\x7f]*$"

PageNumber = Annotated[int, functions.Query(1, ge=1, le=100_000, description="Which page, from 1.")]
Cursor = Annotated[
    int, functions.Query(0, ge=0, le=2**53, description="What the page before ended with.")
]
Number = Annotated[int, functions.Path(ge=1, le=_MOST)]


def text(description: str, longest: int = LONGEST) -> object:
    """A text in the query, on one line and without control characters."""
    return functions.Query("", max_length=longest, pattern=_PLAIN, description=description)


def bounded_day(day: date | None) -> date | None:
    """``day``, or the nearest of those whose midnights every zone and database has."""
    if day is None:
        return None
    return min(max(day, date(_FIRST_YEAR, 1, 1)), date(_LAST_YEAR, 1, 1))


def bounded_moment(moment: datetime | None) -> datetime | None:
    """``moment``, or the nearest within the same years."""
    if moment is None or _FIRST_YEAR <= moment.year < _LAST_YEAR:
        return moment
    return datetime(_FIRST_YEAR if moment.year < _FIRST_YEAR else _LAST_YEAR, 1, 1, tzinfo=UTC)
