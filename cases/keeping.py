"""Which evidence is due to go: every capture, screenshot and image by the fate of its case."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from cases.models import AuditEvent, Capture, Case, PostImage, Screenshot
from domain.retention import Class, Days, Fate, Standing, fate
from domain.states import CaseState

_CHUNK = 500
Model = type[Capture] | type[Screenshot] | type[PostImage]
#: Where each class stands in the record, and the column of its age.
TABLES: dict[Class, tuple[Model, str]] = {
    Class.PAGES: (Capture, "fetched_at"),
    Class.POSTS: (Capture, "fetched_at"),
    Class.SCREENS: (Screenshot, "taken_at"),
    Class.IMAGES: (PostImage, "taken_at"),
}
_TARGET = {kind: "case__target" if kind is Class.SCREENS else "target" for kind in Class}


@dataclass(slots=True)
class Due:
    """``rows`` are due, by class, run and WARC file; ``kept`` counts what is older than its class
    is kept by itself, by class and the reason why it stays."""

    rows: dict[tuple[Class, int], dict[str, set[int]]] = field(default_factory=dict)
    kept: Counter[tuple[Class, str]] = field(default_factory=Counter)

    def add(self, kind: Class, run: int, file: str, pk: int) -> None:
        self.rows.setdefault((kind, run), defaultdict(set))[file].add(pk)

    def count(self, kind: Class) -> int:
        """How many captures, screenshots or images of a class are due."""
        files = (found for (its, _), found in self.rows.items() if its is kind)
        return sum(len(pks) for found in files for pks in found.values())


def how_many(kind: Class) -> int:
    """How many captures, screenshots or images of a class are in the store."""
    return there(kind).count()


def due(days: Days, now: datetime, *, but_run: int | None = None) -> Due:
    """What is due at ``now``; what ``but_run``, a run at work, has taken is left alone."""
    found = Due()
    proved = _proved()
    for kind in Class:
        rows = there(kind).exclude(run_id=but_run) if but_run else there(kind)
        own = now - timedelta(days=days.of(kind))
        for one, targets in _fates(kind, rows, days, now, proved).items():
            for chunk in _chunks(targets):
                mine = rows.filter(**{f"{_TARGET[kind]}__in": chunk})
                old = mine.filter(**{f"{TABLES[kind][1]}__lt": one.before or own})
                if one.before is None:
                    found.kept[kind, one.reason] += old.count()
                    continue
                for pk, run, file in old.values_list("pk", "run_id", "warc_file"):
                    found.add(kind, run, file, pk)
    found.kept = +found.kept
    return found


def there(kind: Class) -> QuerySet[Any]:
    """All of a class whose bytes are in the store."""
    model, _ = TABLES[kind]
    rows: QuerySet[Any] = model._default_manager.exclude(warc_file="").filter(erased_at=None)
    return rows.filter(retention=kind) if model is Capture else rows


def _fates(
    kind: Class, rows: QuerySet[Any], days: Days, now: datetime, proved: set[str]
) -> dict[Fate, list[int]]:
    """The targets that may have something due, by the fate of their cases."""
    shortest = now - timedelta(days=min(days.of(kind), days.dismissed, days.ended))
    targets = rows.filter(**{f"{TABLES[kind][1]}__lt": shortest}).values(_TARGET[kind])
    found: dict[Fate, list[int]] = defaultdict(list)
    for case in Case.objects.filter(target__in=targets).iterator(chunk_size=2000):
        found[fate(standing(case, proved), kind, days, now)].append(case.target_id)
    return found


def standing(case: Case, proved: set[str]) -> Standing:
    """Where ``case`` stands; ``proved`` are the subjects of cases that were confirmed once."""
    return Standing(
        state=CaseState(case.state),
        changed_at=case.changed_at,
        came_from=CaseState(case.came_from) if case.came_from else None,
        held=case.hold_owner_id is not None,
        restricted=case.restricted,
        proved=f"case:{case.pk}" in proved,
    )


def _proved() -> set[str]:
    confirmed = AuditEvent.objects.filter(action=f"case.{CaseState.CONFIRMED}")
    return set(confirmed.values_list("subject", flat=True))


def _chunks(items: list[int]) -> Iterator[list[int]]:
    for at in range(0, len(items), _CHUNK):
        yield items[at : at + _CHUNK]
