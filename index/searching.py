"""A search as people may see it: the record has the last word on what is restricted, and states."""

from __future__ import annotations

from dataclasses import replace

from cases.models import Case
from index.engine import Engine, Hit, Page, Query


def find(engine: Engine, query: Query) -> Page:
    """The engine's page, each hit with the state that its case is in now.

    Hits of cases that became restricted, are gone, or left the states asked for since they were
    indexed are taken out; the total is less by as many. Raises InputError for a query that cannot
    be understood, IndexingError when the engine fails.
    """
    page = engine.search(query)
    rows = Case.objects.filter(pk__in={hit.entry.case_id for hit in page.hits}, restricted=False)
    states = dict(rows.values_list("pk", "state"))
    hits = tuple(_as_now(hit, states) for hit in page.hits if _belongs(hit, states, query))
    return replace(page, hits=hits, total=page.total - (len(page.hits) - len(hits)))


def _belongs(hit: Hit, states: dict[int, str], query: Query) -> bool:
    state = states.get(hit.entry.case_id)
    wanted = query.filters.states
    return state is not None and (not wanted or state in wanted)


def _as_now(hit: Hit, states: dict[int, str]) -> Hit:
    state = states[hit.entry.case_id]
    return hit if hit.entry.state == state else replace(hit, entry=replace(hit.entry, state=state))
