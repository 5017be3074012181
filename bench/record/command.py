"""Fills and indexes the record of this process's settings."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from bench.record.filling import Filling
from cases.models import Case
from index.embedded import EmbeddedEngine
from index.feeding import sync
from index.making import INDEXED

_CASES = 2_000


def fill(
    cases: int,
    captures: int,
    seed: int,
    ends: datetime,
    indexed: int,
    say: Callable[[str], None],
) -> dict[str, Any]:
    """Migrate, fill, analyse, and index the newest ``indexed`` cases that people have seen."""
    call_command("migrate", verbosity=0)
    filled = Filling(cases, captures, seed, ends).fill(say)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # what autovacuum does beside a record that grows
            cursor.execute("vacuum analyze")
    report: dict[str, Any] = {"rows": filled.rows, "engine": connection.vendor}
    report["megabytes"] = _size()
    if indexed:
        started = time.monotonic()
        report["indexed"] = _index(indexed, say)
        report["index_seconds"] = round(time.monotonic() - started, 1)
    return report


def _index(count: int, say: Callable[[str], None]) -> dict[str, int]:
    """Through the house's own way into the index."""
    engine = EmbeddedEngine(settings.NARCOWATCH.data_dir / "index")
    seen = Case.objects.filter(state__in=[*INDEXED], restricted=False)
    numbers = [*seen.order_by("-pk").values_list("pk", flat=True)[:count]]
    put = 0
    for start in range(0, len(numbers), _CASES):
        put += sync(engine, cases=numbers[start : start + _CASES]).put
        say(f"{put} entries in the index")
    return {"cases": len(numbers), "entries": put}


def _size() -> int:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("select pg_database_size(current_database())")
            return round(cursor.fetchone()[0] / 1e6)
        cursor.execute("select page_count * page_size from pragma_page_count, pragma_page_size")
        return round(cursor.fetchone()[0] / 1e6)
