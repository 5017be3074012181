"""Brings the record's counts up to the journal of what was sent for rendered pages.

All figures are absolute, so that counting again, or being killed while counting, changes nothing.
"""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

from django.db import transaction

from cases import counts
from cases.counts import CountKey
from cases.models import RunCount
from crawlers.refetched import count_lost, owners_of
from crawlers.rendering.journal import taken_apart
from domain.errors import RecordError
from net.journal import RequestJournal, read_journal

STAGE = "render"
ELSEWHERE = "elsewhere"
_PATIENCE_S, _PAUSE_S = 10.0, 0.05


def take_stock(run_id: int, path: Path) -> int:
    """Count what killed renderers of ``run_id`` sent for pages that were never stored.

    Call it before a renderer is started. Returns the requests lost so far. Raises RecordError
    where one that should be dead goes on writing.
    """
    wait_for_the_dead(path)
    lost = count_lost(run_id, STAGE, taken_apart(read_journal(path)).own, rendered=True)
    note_elsewhere(run_id, path)
    return lost


def wait_for_the_dead(path: Path) -> None:
    """A renderer dies with its crawl, but not at once."""
    end = time.monotonic() + _PATIENCE_S
    while True:
        try:
            RequestJournal(path).close()
        except RecordError:
            if time.monotonic() > end:
                raise
            time.sleep(_PAUSE_S)
        else:
            return


def note_elsewhere(run_id: int, path: Path) -> None:
    """Bring up the counts of what pages fetched from other hosts than their own, by host."""
    sent = taken_apart(read_journal(path)).elsewhere
    owners = owners_of(run_id, {key for key, _ in sent})
    found: Counter[CountKey] = Counter()
    for (key, host), n in sent.items():
        found[CountKey(owners.get(key, ""), ELSEWHERE, host[:80])] += n
    with transaction.atomic():
        rows = RunCount.objects.filter(run_id=run_id, stage=STAGE, name=ELSEWHERE)
        known = {CountKey(row.source, ELSEWHERE, row.reason): row.n for row in rows}
        fresh = {key: n - known.get(key, 0) for key, n in found.items() if n > known.get(key, 0)}
        counts.add(run_id, STAGE, fresh)
