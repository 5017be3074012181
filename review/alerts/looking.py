"""Looking for new hits of saved searches. What is found is written down with the alert that will
tell of it, in one transaction: told of once, and never lost."""

from __future__ import annotations

import logging
from collections import Counter

from django.db import transaction
from django.utils import timezone

from cases.models import Run
from cases.people import may
from domain.clock import Clock, utc_now
from domain.errors import InputError
from index.engine import Engine
from index.searching import matches
from review.models import Alert, KnownHit, SavedSearch
from review.searches import read_address
from review.service import READERS

log = logging.getLogger(__name__)
_BATCH = 1_000
Counted = Counter[tuple[str, str]]


def watched() -> bool:
    """Whether anybody wants to be told of anything."""
    return SavedSearch.objects.exclude(alert=SavedSearch.Way.OFF).exists()


def look(engine: Engine, run: Run | None = None, *, clock: Clock = utc_now) -> Counted:
    """Look for new hits of every search with an alert. Returns what was counted.

    A search that cannot be made is counted and told to its owner. Raises IndexingError when the
    engine fails; what was found until then stays.
    """
    counted: Counted = Counter()
    rows = SavedSearch.objects.exclude(alert=SavedSearch.Way.OFF).select_related("person")
    for saved in rows.order_by("pk"):
        if not may(saved.person, READERS):
            counted[("skipped", "searches of people who may not read cases")] += 1
            continue
        try:
            found = all_hits(saved, engine)
        except InputError as error:
            log.warning("search %s cannot be made: %s", saved.pk, error)
            SavedSearch.objects.filter(pk=saved.pk).update(problem=str(error)[:200])
            counted[("failed", "searches too wide, or not understood")] += 1
            continue
        counted[("in", "searches")] += 1
        hits = _note(saved, found, run, clock)
        counted[("out", "new hits")] += hits
        counted[("out", "alerts made")] += bool(hits)
    return counted


def all_hits(saved: SavedSearch, engine: Engine) -> dict[str, int]:
    """Every entry that the search finds now, and its case. Raises InputError, IndexingError."""
    zone = timezone.get_default_timezone()
    return matches(engine, read_address(saved.asks).query(zone))


def know(saved: SavedSearch, entries: set[str]) -> None:
    """Note hits that nobody has to be told of any more."""
    rows = [KnownHit(search=saved, entry=entry) for entry in sorted(entries)]
    KnownHit.objects.bulk_create(rows, batch_size=_BATCH, ignore_conflicts=True)


def _note(saved: SavedSearch, found: dict[str, int], run: Run | None, clock: Clock) -> int:
    """How many hits are new; 0 where the search was deleted or switched off meanwhile."""
    with transaction.atomic():
        row = SavedSearch.objects.select_for_update().filter(pk=saved.pk).first()
        if row is None or row.alert == SavedSearch.Way.OFF:
            return 0
        known = set(KnownHit.objects.filter(search=row).values_list("entry", flat=True))
        new = {entry: case_id for entry, case_id in found.items() if entry not in known}
        if new:
            know(row, {*new})
            Alert.objects.create(
                search=row, made_at=clock(), made_in=run, cases=dict(Counter(new.values()))
            )
        row.looked_at, row.problem = clock(), ""
        row.save(update_fields=["looked_at", "problem"])
    return len(new)
