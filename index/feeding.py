"""Brings an index in line with the record. What has not changed costs two queries a batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from cases.models import Case
from domain.digests import digest
from index.engine import Engine, Entry
from index.making import entries, fingerprints, is_indexed
from index.models import IndexedCase
from index.sources import to_source

_CASES = 50


@dataclass(frozen=True, slots=True)
class SyncCounts:
    """Entries that were put, deleted, and found as they were; those left out, by reason."""

    put: int = 0
    deleted: int = 0
    unchanged: int = 0
    skipped: dict[str, int] = field(default_factory=dict)


def sync(
    engine: Engine, since: datetime | None = None, *, cases: Collection[int] | None = None
) -> SyncCounts:
    """Put what is new or changed, delete what no longer belongs, remember both.

    It covers every case that reached review and is not restricted; with ``since`` only cases
    that moved or were captured from then on are looked at, with ``cases`` only those of these
    numbers. What is remembered is written after
    the engine has made it durable, so a killed run is simply made up for by the next. Raises
    IndexingError when the engine fails; what was put until then stays.
    """
    tally: Counter[str] = Counter()
    skipped: Counter[str] = Counter()
    chosen = _case_numbers(engine.generation, since) if cases is None else sorted(cases)
    for numbers in _batches(chosen):
        _sync_batch(engine, numbers, tally, skipped)
    return SyncCounts(tally["put"], tally["deleted"], tally["unchanged"], dict(skipped))


def _case_numbers(generation: str, since: datetime | None) -> list[int]:
    """Cases to look at, and those that the index holds something of."""
    cases = Case.objects.all()
    if since is not None:
        recent = Q(changed_at__gte=since) | Q(target__captures__fetched_at__gte=since)
        return sorted({*cases.filter(recent).values_list("pk", flat=True)})
    held = IndexedCase.objects.filter(generation=generation)
    return sorted(
        {*cases.values_list("pk", flat=True), *held.values_list("case_number", flat=True)}
    )


def _batches(numbers: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(numbers), _CASES):
        yield numbers[start : start + _CASES]


@dataclass(slots=True)
class _Plan:
    """What is to be done for one case. ``digests`` fills while its entries are made."""

    case: Case | None
    fingerprint: str
    before: dict[str, str]
    digests: dict[str, str] = field(default_factory=dict)

    def gone(self) -> Iterable[str]:
        return self.before.keys() - self.digests.keys()


def _sync_batch(
    engine: Engine, numbers: Collection[int], tally: Counter[str], skipped: Counter[str]
) -> None:
    plans = _plans(engine.generation, numbers, tally)
    if not plans:
        return
    if any(plan.case for plan in plans.values()):
        changed = (
            entry
            for plan in plans.values()
            if plan.case is not None
            for entry in _changed(plan.case, plan, skipped)
        )
        put = engine.put(changed)
        tally["put"] += put
        tally["unchanged"] += sum(len(plan.digests) for plan in plans.values()) - put
    gone = [one for plan in plans.values() for one in plan.gone()]
    if gone:
        engine.delete(gone)
        tally["deleted"] += len(gone)
    _remember(engine.generation, plans)


def _plans(generation: str, numbers: Collection[int], tally: Counter[str]) -> dict[int, _Plan]:
    """Plans for those cases that are not in the index as they are in the record."""
    held = {
        row.case_number: row
        for row in IndexedCase.objects.filter(generation=generation, case_number__in=numbers)
    }
    cases = Case.objects.filter(pk__in=numbers).select_related("target")
    wanted = {case.pk: case for case in cases if is_indexed(case)}
    prints = fingerprints(wanted.values())
    plans = {}
    for number in numbers:
        row, case = held.get(number), wanted.get(number)
        if row is not None and case is not None and row.fingerprint == prints[number]:
            tally["unchanged"] += len(row.digests)
        elif row is not None or case is not None:
            plans[number] = _Plan(case, prints.get(number, ""), row.digests if row else {})
    return plans


def _changed(case: Case, plan: _Plan, skipped: Counter[str]) -> Iterator[Entry]:
    for entry in entries(case, skipped):
        plan.digests[entry.id] = digest(to_source(entry))[:16]
        if plan.before.get(entry.id) != plan.digests[entry.id]:
            yield entry


def _remember(generation: str, plans: dict[int, _Plan]) -> None:
    with transaction.atomic():
        for number, plan in plans.items():
            rows = IndexedCase.objects.filter(generation=generation, case_number=number)
            if plan.case is None:
                rows.delete()
                continue
            IndexedCase.objects.update_or_create(
                generation=generation,
                case_number=number,
                defaults={"fingerprint": plan.fingerprint, "digests": plan.digests},
            )
