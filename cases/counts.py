"""Counts of a run. Whatever is skipped or dropped is counted here under a reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from django.db import transaction
from django.db.models import F

from cases.models import RunCount


class CountKey(NamedTuple):
    """What is counted: ``name`` such as ``skipped``, under ``reason``, for ``source`` (a key)."""

    source: str
    name: str
    reason: str = ""


def add(run_id: int, stage: str, counts: Mapping[CountKey, int]) -> None:
    """Add to the run's counts. Call it in the transaction that does what is counted."""
    if not counts:
        return
    with transaction.atomic():
        for key, n in counts.items():
            told = {"stage": stage, "source": key.source, "name": key.name, "reason": key.reason}
            if RunCount.objects.filter(run_id=run_id, **told).update(n=F("n") + n):
                continue
            row, created = RunCount.objects.get_or_create(run_id=run_id, **told, defaults={"n": n})
            if not created:
                RunCount.objects.filter(pk=row.pk).update(n=F("n") + n)
