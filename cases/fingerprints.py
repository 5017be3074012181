"""Fingerprints of pages in the record, and the bands by which copies of them are found.

Every page that is kept has a fingerprint; bands are kept for the few pages that stand for a case
in people's hands. A look-up reads bands alone, never all fingerprints.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count

from cases.models import BandRow, DocumentRow, FingerprintRow
from domain.minhash import bands
from domain.mirrors import Fingerprint

#: A band that more pages have is boilerplate: it tells nothing of a page, and is left out.
MOST_IN_A_BAND = 100
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Nearby:
    """Pages that have a band in common with the one looked up, and how many bands were left out
    because too many pages have them."""

    rows: tuple[FingerprintRow, ...]
    common_bands: int = 0


def store(pairs: Iterable[tuple[DocumentRow, Fingerprint]]) -> None:
    """Keep the fingerprints of new documents, in the transaction that stores them."""
    FingerprintRow.objects.bulk_create(
        [
            FingerprintRow(
                document=document,
                target_id=document.target_id,
                signature=value.signature,
                shingles=value.shingles,
                skeleton=value.skeleton,
                outline=value.outline,
            )
            for document, value in pairs
        ]
    )


def index(rows: Collection[FingerprintRow]) -> None:
    """See that copies of these pages are found, and keep which of them are first pages."""
    fresh = [row for row in rows if not row.indexed]
    with transaction.atomic():
        keys = [(key, row.pk) for row in fresh for key in bands(bytes(row.signature))]
        full = _full([key for key, _ in keys])
        BandRow.objects.bulk_create(
            (BandRow(key=key, fingerprint_id=pk) for key, pk in keys if key not in full),
            batch_size=_CHUNK,
            ignore_conflicts=True,
        )
        for row in rows:
            row.indexed = True
        FingerprintRow.objects.bulk_update(rows, ["indexed", "first"])


def _full(keys: Sequence[int]) -> set[int]:
    """The bands that have as many pages as may be kept of them: one more than is looked up."""
    found: set[int] = set()
    for at in range(0, len(keys), _CHUNK):
        rows = BandRow.objects.filter(key__in=keys[at : at + _CHUNK]).values("key")
        counted = rows.annotate(n=Count("pk")).filter(n__gt=MOST_IN_A_BAND)
        found.update(counted.values_list("key", flat=True))
    return found


def drop(rows: Collection[FingerprintRow]) -> None:
    """Copies of these pages are no longer looked for."""
    pks = [row.pk for row in rows]
    with transaction.atomic():
        BandRow.objects.filter(fingerprint__in=pks).delete()
        FingerprintRow.objects.filter(pk__in=pks).update(indexed=False)


def near(value: Fingerprint, *, but: int) -> Nearby:
    """Indexed pages that may be like ``value``, none of the target ``but``."""
    keys = bands(value.signature)
    if not keys:
        return Nearby(())
    counted = BandRow.objects.filter(key__in=keys).values("key").annotate(n=Count("pk"))
    telling = [row["key"] for row in counted if row["n"] <= MOST_IN_A_BAND]
    found = FingerprintRow.objects.filter(
        pk__in=BandRow.objects.filter(key__in=telling).values("fingerprint")
    )
    rows = tuple(found.exclude(target=but).order_by("pk")) if telling else ()
    return Nearby(rows, len(counted) - len(telling))


def prune(before: datetime) -> int:
    """Forget fingerprints of pages fetched before ``before`` that stand for no case in people's
    hands. Returns how many."""
    old = FingerprintRow.objects.filter(indexed=False, document__capture__fetched_at__lt=before)
    count, _ = old.delete()
    return count
