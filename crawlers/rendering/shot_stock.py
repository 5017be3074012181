"""Brings the counts of a run up to the journal of what was sent for its screenshots."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from django.db import transaction
from django.db.models import Sum

from cases import counts
from cases.counts import CountKey
from cases.intake import url_hash
from cases.models import Capture, RunCount
from crawlers.models import ShotTaken
from crawlers.refetched import NAME
from crawlers.rendering.journal import taken_apart
from crawlers.rendering.stock import ELSEWHERE, wait_for_the_dead
from net.journal import read_journal

STAGE = "screenshots"


def journal_of(run_id: int, journals: Path) -> Path:
    """The journal of a night's screenshots, in the folder ``journals``."""
    return journals / f"shots-{run_id:06d}.log"


def take_stock(run_id: int, path: Path) -> None:
    """Count requests of killed starts (``refetched``) and those to other hosts (``elsewhere``).

    Call it while no renderer works on ``path``; the figures are absolute.
    """
    wait_for_the_dead(path)
    sent = taken_apart(read_journal(path))
    urls = {*sent.own, *(key for key, _ in sent.elsewhere)}
    owners = {url: _owner(run_id, url) for url in urls}
    found: Counter[CountKey] = Counter()
    for url, n in sent.own.items():
        rows = ShotTaken.objects.filter(run_id=run_id, url=url, images=False)
        kept = rows.aggregate(n=Sum("requests"))["n"] or 0
        if n > kept:
            found[CountKey(owners[url], NAME)] += n - kept
    for (url, host), n in sent.elsewhere.items():
        found[CountKey(owners[url], ELSEWHERE, host[:80])] += n
    with transaction.atomic():
        rows_known = RunCount.objects.filter(run_id=run_id, stage=STAGE)
        known = {CountKey(row.source, row.name, row.reason): row.n for row in rows_known}
        fresh = {key: n - known.get(key, 0) for key, n in found.items() if n > known.get(key, 0)}
        counts.add(run_id, STAGE, fresh)


def _owner(run_id: int, url: str) -> str:
    row = (
        Capture.objects.filter(run_id=run_id, url_hash=url_hash(url))
        .select_related("target")
        .first()
    )
    return str(row.target) if row is not None else ""
