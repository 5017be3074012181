"""A search as people may see it: the record has the last word on what is restricted."""

from __future__ import annotations

from dataclasses import replace

from cases.models import Case
from index.engine import Engine, Page, Query


def find(engine: Engine, query: Query) -> Page:
    """The engine's page without hits of cases that became restricted since they were indexed.

    Raises InputError for a query that cannot be understood, IndexingError when the engine fails.
    """
    page = engine.search(query)
    numbers = {hit.entry.case_id for hit in page.hits}
    closed = {*Case.objects.filter(pk__in=numbers, restricted=True).values_list("pk", flat=True)}
    if not closed:
        return page
    kept = tuple(hit for hit in page.hits if hit.entry.case_id not in closed)
    return replace(page, hits=kept, total=page.total - (len(page.hits) - len(kept)))
