"""A search as an address has it: what is looked for, and what hits must be. Pure but for its texts.

The address is what is bookmarked and what is saved: it is read with equal suspicion each time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta, tzinfo

from django.http import QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from domain.assessment import Role
from domain.errors import InputError
from domain.regions import REGION_NAMES
from domain.states import CaseState
from domain.targets import TargetKind
from index.engine import EARLIEST, FACETS, LATEST, Filters, Query
from index.queries import parse

_FIELDS = dict(
    zip(FACETS, ("states", "kinds", "langs", "regions", "substances", "roles"), strict=True)
)
_KNOWN: Mapping[str, frozenset[str]] = {
    "state": frozenset(CaseState),
    "kind": frozenset(TargetKind),
    "role": frozenset(Role),
    "region": frozenset(REGION_NAMES),
}
_MOST_VALUES = 30
_LONGEST_VALUE = 100


@dataclass(frozen=True, slots=True)
class Search:
    """``text`` in the language of ``index.queries``; ``chosen`` are values by facet, ``since`` and
    ``until`` the first and the last day."""

    text: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    since: date | None = None
    until: date | None = None

    def address(self, **more: object) -> str:
        """As the query part of an address, always in one order; ``more`` comes behind."""
        pairs = [("q", self.text)]
        pairs += [(name, value) for name in FACETS for value in self.chosen.get(name, ())]
        days = (("since", self.since), ("until", self.until))
        pairs += [(name, day.isoformat()) for name, day in days if day]
        return urlencode([*pairs, *((name, str(value)) for name, value in more.items())])

    def with_value(self, facet: str, value: str) -> Search:
        """The same with one more value of a facet."""
        values = (*self.chosen.get(facet, ()), value)
        return replace(self, chosen={**self.chosen, facet: values})

    def without_value(self, facet: str, value: str) -> Search:
        """The same without a value of a facet."""
        values = tuple(one for one in self.chosen.get(facet, ()) if one != value)
        return replace(self, chosen={**self.chosen, facet: values})

    def query(self, zone: tzinfo, *, limit: int = 20, offset: int = 0) -> Query:
        """For an engine; days are those of ``zone``. Raises InputError for a page out of bounds."""
        until = self.until + timedelta(days=1) if self.until else None
        filters = Filters(
            **{_FIELDS[name]: values for name, values in self.chosen.items()},
            since=datetime.combine(self.since, time(), zone) if self.since else None,
            until=datetime.combine(until, time(), zone) if until else None,
        )
        return Query(self.text, filters, limit, offset)


def read(given: QueryDict) -> Search:
    """The search that an address asks for. Raises InputError for values that there are none of and
    for a text that cannot be understood."""
    text = " ".join(given.get("q", "").split())
    parse(text)
    chosen = {name: _values(name, given.getlist(name)) for name in FACETS if given.getlist(name)}
    return Search(text, chosen, _day(given.get("since", "")), _day(given.get("until", "")))


def read_address(address: str) -> Search:
    """The same from the query part of an address."""
    return read(QueryDict(address))


def _values(name: str, given: list[str]) -> tuple[str, ...]:
    values = tuple(dict.fromkeys(value for value in given if value))
    if len(values) > _MOST_VALUES:
        raise InputError(_("A filter takes %(most)s values at most.") % {"most": _MOST_VALUES})
    for value in values:
        known = _KNOWN.get(name)
        if len(value) > _LONGEST_VALUE or (known is not None and value not in known):
            told = {"value": value[:_LONGEST_VALUE], "name": name}
            raise InputError(_("“%(value)s” is no value of the filter “%(name)s”.") % told)
    return values


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise InputError(_("“%(text)s” is no day.") % {"text": text[:20]}) from error
    if not EARLIEST.date() < day < LATEST.date():
        raise InputError(_("No page is of %(text)s.") % {"text": text[:20]})
    return day
