"""A search as people may see it: the record has the last word on what is restricted, and states."""

from __future__ import annotations

from dataclasses import replace

from cases.models import Case
from index.engine import Engine, Hit, Page, Query
from index.models import IndexedCase


def find(engine: Engine, query: Query) -> Page:
    """The engine's page, each hit with the state that its case is in now.

    Nothing of a restricted case is found or counted, whatever the index still holds of it. Hits of
    cases that are gone, or left the states asked for since they were indexed, are taken out; the
    total is less by as many. Raises InputError for a query that cannot be understood,
    IndexingError when the engine fails.
    """
    page = engine.search(replace(query, hidden=_hidden(engine)))
    states = _states({hit.entry.case_id for hit in page.hits})
    hits = tuple(
        _as_now(hit, states) for hit in page.hits if _belongs(hit.entry.case_id, states, query)
    )
    return replace(page, hits=hits, total=page.total - (len(page.hits) - len(hits)))


def matches(engine: Engine, query: Query) -> dict[str, int]:
    """Every match by the id of its entry, with its case; held against the record as in ``find``.

    Raises InputError for a query that cannot be understood or matches more than can be gone
    through, IndexingError when the engine fails.
    """
    found = engine.matches(replace(query, hidden=_hidden(engine)))
    states = _states({*found.values()})
    return {entry: case_id for entry, case_id in found.items() if _belongs(case_id, states, query)}


def _hidden(engine: Engine) -> frozenset[int]:
    """Restricted cases that the index holds something of, until the next sync."""
    restricted = Case.objects.filter(restricted=True).values("pk")
    held = IndexedCase.objects.filter(generation=engine.generation, case_number__in=restricted)
    return frozenset(held.values_list("case_number", flat=True))


def _states(cases: set[int]) -> dict[int, str]:
    rows = Case.objects.filter(pk__in=cases, restricted=False)
    return dict(rows.values_list("pk", "state"))


def _belongs(case_id: int, states: dict[int, str], query: Query) -> bool:
    state = states.get(case_id)
    wanted = query.filters.states
    return state is not None and (not wanted or state in wanted)


def _as_now(hit: Hit, states: dict[int, str]) -> Hit:
    state = states[hit.entry.case_id]
    return hit if hit.entry.state == state else replace(hit, entry=replace(hit.entry, state=state))
