"""Parameters that several operations take, with their bounds. The record's databases take no zero
byte and no number beyond 63 bits, so none gets that far."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any

from ninja.params import functions
from pydantic import BeforeValidator

LONGEST = 200
_MOST = 2**31 - 1
_FIRST_YEAR, _LAST_YEAR = 1900, 2200
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d\S*", re.ASCII)


def _written(value: Any, form: re.Pattern[str], example: str) -> Any:
    """``value`` where it is written as RFC 3339 has it; pydantic would take any number."""
    if value is not None and not (isinstance(value, str) and form.fullmatch(value)):
        raise ValueError(f"not written as {example}")
    return value


Day = Annotated[date, BeforeValidator(lambda value: _written(value, _DAY, "2026-03-01"))]
Moment = Annotated[
    datetime, BeforeValidator(lambda value: _written(value, _MOMENT, "2026-03-01T14:30:00+05:00"))
]
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
    """``moment``, or the nearest within the same years; in UTC, where it has no offset."""
    if moment and moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    if moment is None or _FIRST_YEAR <= moment.year < _LAST_YEAR:
        return moment
    return datetime(_FIRST_YEAR if moment.year < _FIRST_YEAR else _LAST_YEAR, 1, 1, tzinfo=UTC)
