"""For tools of the house: figures, and what the last night brought."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum, StrEnum
from functools import cached_property
from typing import Annotated

from django.utils import timezone
from ninja import Router, Schema
from ninja.params import functions

from blocking.standing import cases_by_standing, orders_by_state
from domain.orders import OrderState, Standing
from domain.states import CaseState
from review import last_night as nights
from review import pipeline
from review.api.bearer import Bearing
from review.api.document import reading
from review.kept import Kept
from review.overview import PERIODS, TABLES, Overview
from review.tokens import Scope

router = Router(tags=["overview"])
TableName = StrEnum("TableName", {name: name for name in TABLES})  # type: ignore[misc]  # as TABLES has them
Weeks = IntEnum("Weeks", {f"W{weeks}": weeks for weeks in PERIODS})  # type: ignore[misc]
_USUAL = Weeks(12)
Period = Annotated[Weeks, functions.Query(_USUAL, description="Of so many weeks up to now.")]


class Figures(Schema):
    """Cases and orders as they stand now. What was sent, what was ordered and what was verified
    blocked are different things: numbers of different states are not to be added together.

    ``cases`` are by their own state, ``standings`` the cases that ever had an order by the one word
    for all orders of theirs, ``orders`` one request at one recipient each. Those of a large record
    may be some minutes old: ``counted_at`` says of when, null of now.
    """

    counted_at: datetime | None
    day: date
    cases: dict[CaseState, int]
    requested: int
    standings: dict[Standing, int]
    orders: dict[OrderState, int]


class Table(Schema):
    """A table of the overview, in English; ``counted_at`` as of the figures."""

    counted_at: datetime | None
    name: str
    title: str
    headers: list[str]
    rows: list[list[int | float | date | str | None]]
    note: str


class Stage(Schema):
    name: str
    state: str
    seconds: float
    counts: dict[str, int]
    error: str


class Night(Schema):
    """The newest night that ended. ``broken`` are sources that fell silent, the first of them, for
    tokens of those who read cases."""

    run: int
    state: str
    started_at: datetime
    finished_at: datetime | None
    starts: int
    totals: dict[str, int]
    cases_found: int
    looked_again: int
    broken_count: int
    broken: list[str]
    alarms: list[str]
    refused_seeds: int
    stages: list[Stage]
    clean: bool


class Nights(Schema):
    """Since when a night is running, the newest that ended, and the holds that nobody ended."""

    running: datetime | None
    last: Night | None
    overdue_holds: int


@dataclass(frozen=True)
class _Counted:
    """The figures of a day, read once."""

    day: date

    @cached_property
    def figures(self) -> Figures:
        counts = pipeline.by_state()
        return Figures(
            counted_at=None,
            day=self.day,
            cases={state: pipeline.reached(counts, frozenset({state})) for state in CaseState},
            requested=pipeline.requested(),
            standings=cases_by_standing(),
            orders=orders_by_state(),
        )

    def read(self) -> None:
        """Have them at hand."""
        _ = self.figures


_COUNTED, _OVERVIEWS = Kept[_Counted](), Kept[Overview]()


@reading(router, "/overview", Scope.OVERVIEW_READ, Figures)
def figures(request: Bearing) -> Figures:
    """Where cases and orders stand."""
    today = timezone.localdate()
    counted, at = _COUNTED.of(today, lambda: _Counted(today))
    return counted.figures.model_copy(update={"counted_at": at})


@reading(router, "/overview/{table}", Scope.OVERVIEW_READ, Table)
def figures_in_table(request: Bearing, table: TableName, weeks: Period = _USUAL) -> Table:
    """One of the tables of the overview, as its page has it."""
    asked = Overview(int(weeks))
    overview, at = _OVERVIEWS.of((asked.weeks, asked.today), lambda: asked)
    made = TABLES[table.value](overview)
    return Table(
        counted_at=at,
        name=made.name,
        title=str(made.title),
        headers=[str(header) for header in made.headers],
        rows=[list(row) for row in made.rows],
        note=str(made.note),
    )


@reading(router, "/nights", Scope.OVERVIEW_READ, Nights)
def last_night(request: Bearing) -> Nights:
    """What the last night brought, and what broke."""
    person = request.auth.person
    night = nights.last_night(person)
    return Nights(
        running=nights.running(),
        last=_night(night) if night else None,
        overdue_holds=nights.overdue_holds(person).count,
    )


def _night(night: nights.LastNight) -> Night:
    plain = ("run", "state", "started_at", "finished_at", "starts", "cases_found", "looked_again")
    more = ("broken_count", "alarms", "broken", "refused_seeds", "clean")
    stages = [
        Stage(name=s.name, state=s.state, seconds=s.seconds, counts=dict(s.counts), error=s.error)
        for s in night.stages
    ]
    totals = {str(told): count for told, count in night.totals}
    return Night(**{n: getattr(night, n) for n in (*plain, *more)}, totals=totals, stages=stages)
