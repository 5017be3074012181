"""The tables of the overview, each made alone, and its charts from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from blocking.standing import orders_by_state
from domain.orders import OrderState
from domain.states import CaseState
from review import orders, pipeline
from review.charts import BarChart, TileMap, bar_chart, tile_map
from review.tables import Table
from review.vocabulary import KINDS, REGIONS, called

PERIODS = (4, 12, 26, 52)
_ORDERS = {
    OrderState.SENT: _("sent, no answer yet"),
    OrderState.ACCEPTED: _("ordered: accepted by the recipient"),
    OrderState.REFUSED: _("refused by the recipient"),
    OrderState.EXECUTED: _("reported blocked by the recipient"),
    OrderState.VERIFIED: _("verified blocked"),
    OrderState.NOT_BLOCKED: _("looked at and not blocked"),
    OrderState.LIFT_SENT: _("lifting sent"),
    OrderState.LIFT_EXECUTED: _("lifted"),
}
_STEPS = (
    (_("found to put before people"), pipeline.queued_since),
    (_("put before people to confirmed"), pipeline.confirmed_since),
    (_("confirmed to requested"), pipeline.requested_since),
    (_("requested to sent, each recipient"), orders.sent_since),
    (_("sent to verified blocked, each recipient"), orders.verified_since),
)


@dataclass(frozen=True)
class Overview:
    """The figures of a record, over so many weeks up to ``today``; each is read once."""

    weeks: int
    today: date = field(default_factory=timezone.localdate)

    @cached_property
    def mondays(self) -> list[date]:
        return pipeline.weeks(self.weeks, self.today)

    @property
    def since(self) -> datetime:
        """When the first of the weeks begins."""
        return pipeline.beginning(self.mondays[0])

    @cached_property
    def _states(self) -> dict[tuple[str, CaseState], int]:
        return pipeline.by_state()

    @cached_property
    def _regions(self) -> dict[str, Counter[CaseState]]:
        return pipeline.by_value("regions")

    @cached_property
    def _substances(self) -> dict[str, Counter[CaseState]]:
        return pipeline.by_value("substances")

    @cached_property
    def _by_week(self) -> dict[date, Counter[str]]:
        return pipeline.by_week(self.since)

    @cached_property
    def _requested(self) -> int:
        return pipeline.requested()

    @cached_property
    def _orders(self) -> dict[OrderState, int]:
        return orders_by_state()

    @cached_property
    def _hours(self) -> list[tuple[int, float | None]]:
        return [pipeline.hours(read(self.since)) for _told, read in _STEPS]

    def read(self) -> None:
        """Read everything from the record that the tables need."""
        for make in TABLES.values():
            make(self)

    def steps(self) -> Table:
        """How far cases have come, each counted at every step that it has made."""
        counts, held = self._states, pipeline.held_when_confirmed()
        rows = (
            (gettext("found"), sum(counts.values())),
            (gettext("assessed"), pipeline.reached(counts, pipeline.ASSESSED)),
            (gettext("put before people"), pipeline.reached(counts, pipeline.QUEUED)),
            (gettext("decided"), pipeline.reached(counts, pipeline.DECIDED) + held),
            (gettext("confirmed"), pipeline.reached(counts, pipeline.CONFIRMED) + held),
            (gettext("requested"), self._requested),
        )
        note = _("Each case counts at every step that it has made; those put back count anew.")
        return Table("steps", _("How far cases have come"), (_("step"), _("cases")), rows, note)

    def orders(self) -> Table:
        """What recipients did, by state."""
        counts = self._orders
        shown = counts if any(counts.values()) else {}
        rows = tuple((str(_ORDERS[state]), n) for state, n in shown.items())
        note = _(
            "One order is one request at one recipient. Sent, ordered and verified blocked are "
            "different things: these numbers are not to be added together."
        )
        return Table("orders", _("Orders by recipients"), (_("state"), _("orders")), rows, note)

    def places(self) -> Table:
        """Where cases stand now."""
        found = Counter[CaseState]()
        for (_kind, state), n in self._states.items():
            found[state] += n
        rows = tuple((called(state, "state"), found[state]) for state in CaseState)
        note = _("What cannot be reached stands where it stood before.")
        return Table("states", _("Where cases stand"), (_("state"), _("cases")), rows, note)

    def times(self) -> Table:
        """How long each step took, of those made in the weeks."""
        names = (str(told) for told, _read in _STEPS)
        rows = tuple((told, *figures) for told, figures in zip(names, self._hours, strict=True))
        headers = (_("step"), _("steps made"), _("median hours"))
        return Table("times", _("How long each step takes"), headers, rows)

    def regions(self) -> Table:
        """By region: all twenty, and what names none."""
        rows = [self._row(called(code, "region"), self._regions, code) for code in REGIONS]
        rows += [
            self._row(called(code, "region"), self._regions, code)
            for code in pipeline.ranked(self._regions)
            if code not in REGIONS
        ]
        return self._table("regions", _("By region"), _("region"), rows)

    def substances(self) -> Table:
        """By substance, the most frequent first."""
        found = self._substances
        rows = [
            self._row(called(code, "substance"), found, code) for code in pipeline.ranked(found)
        ]
        return self._table("substances", _("By substance"), _("substance"), rows)

    def kinds(self) -> Table:
        """By kind of target."""
        found = {kind: Counter[CaseState]() for kind in KINDS}
        for (kind, state), n in self._states.items():
            if state in pipeline.QUEUED:
                found[kind][state] += n
        rows = [self._row(called(kind, "kind"), found, kind) for kind in KINDS]
        return self._table("kinds", _("By kind"), _("kind"), rows)

    def by_week(self) -> Table:
        """By week: found, confirmed, dismissed."""
        rows = tuple((monday, *self._week(monday)) for monday in self.mondays)
        headers = (_("week from"), _("found"), _("confirmed"), _("dismissed"))
        return Table("weeks", _("By week"), headers, rows)

    def week_chart(self) -> BarChart:
        """The weeks as bars."""
        labels = [date_format(monday, "MONTH_DAY_FORMAT") for monday in self.mondays]
        series = (_("found"), _("confirmed"), _("dismissed"))
        rows = [self._week(monday) for monday in self.mondays]
        return bar_chart(_("Cases by week"), series, labels, rows)

    def region_map(self) -> TileMap:
        """The regions where they lie, with how many confirmed cases each has."""
        numbers = {
            code: pipeline.confirmed_of(self._regions.get(code, Counter())) for code in REGIONS
        }
        return tile_map(_("Confirmed cases by region"), numbers, REGIONS)

    def _week(self, monday: date) -> tuple[int, int, int]:
        found = self._by_week.get(monday, Counter())
        return found["found"], found[CaseState.CONFIRMED], found[CaseState.DISMISSED]

    @staticmethod
    def _row(
        name: str, counts: dict[str, Counter[CaseState]], key: str
    ) -> tuple[str, int, int, int, int]:
        found = counts.get(key, Counter())
        return (
            name,
            found.total(),
            pipeline.waiting_of(found),
            found[CaseState.DISMISSED],
            pipeline.confirmed_of(found),
        )

    @staticmethod
    def _table(
        name: str, title: object, first: object, rows: list[tuple[str, int, int, int, int]]
    ) -> Table:
        headers = (first, _("put before people"), _("waiting"), _("dismissed"), _("confirmed"))
        note = _("A case that names several counts at each.") if name != "kinds" else ""
        return Table(name, title, headers, tuple(rows), note)


#: The tables by the names of their files, in the order of the page.
TABLES: dict[str, Callable[[Overview], Table]] = {
    "steps": Overview.steps,
    "orders": Overview.orders,
    "times": Overview.times,
    "states": Overview.places,
    "weeks": Overview.by_week,
    "regions": Overview.regions,
    "substances": Overview.substances,
    "kinds": Overview.kinds,
}
