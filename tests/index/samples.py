"""Entries that the tests of this room begin with."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from index.engine import Engine, Entry, Filters, Hit, Query

#: The environment names an Elasticsearch for tests here.
SERVER = "NARCOWATCH_TEST_ELASTICSEARCH"
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
_PLAIN = Entry(
    id="0",
    case_id=1,
    target="host:lavka.test",
    kind="host",
    state="confirmed",
    lang="ru",
    date=NOON,
    url="http://lavka.test/",
    title="",
    text="",
)


def entry(entry_id: str, text: str, **others: object) -> Entry:
    return replace(_PLAIN, id=entry_id, text=text, **others)  # type: ignore[arg-type]


def found(engine: Engine, text: str, filters: Filters | None = None, limit: int = 20) -> set[str]:
    """The ids of all hits."""
    page = engine.search(Query(text, filters or Filters(), limit=limit))
    assert len(page.hits) == min(page.total, limit)
    return {hit.entry.id for hit in page.hits}


def marked(hit: Hit) -> list[str]:
    """What the marks of a hit point at."""
    return [hit.entry.text[start:end] for start, end in hit.marks]
