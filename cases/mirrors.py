"""Which cases are near copies of each other, kept up to date night by night.

A case is represented by the first page that its newest run brought and by the pages that carry
its verdict. Two cases are a pair when their first pages are alike, or three and more than half of
their pages. One page alike deep inside two sites may be the terms of a shop engine, or an article
that quotes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Q, QuerySet

from cases import fingerprints, icons
from cases.models import Case, FingerprintRow, MirrorPair
from cases.moves import move
from domain.clock import Clock, utc_now
from domain.mirrors import FEWEST_SHINGLES, Likeness, likeness
from domain.states import CaseState

#: States in which nobody has looked at a case, or was asked to.
UNSEEN = frozenset({CaseState.NEW, CaseState.ASSESSED, CaseState.SCREENED_OUT})
#: Two people have confirmed it: its score no longer matters.
_CONFIRMED = frozenset({CaseState.CONFIRMED, CaseState.REQUESTED, CaseState.EXPIRED})
_IN_REVIEW = frozenset({CaseState.IN_REVIEW, CaseState.ESCALATED, CaseState.ON_HOLD})
_FEWEST_PAGES = 3


@dataclass(frozen=True, slots=True)
class Bounds:
    """Scores: what a screened-out case needs to be queued as a copy, and what a case in review
    needs for its copies to be."""

    doubtful: float
    plainly: float


@dataclass(slots=True)
class Found:
    """The pairs that hold of the cases looked at, and what was left out, by reason."""

    pairs: set[tuple[int, int]] = field(default_factory=set)
    skipped: Counter[str] = field(default_factory=Counter)


def look(run_id: int, bounds: Bounds, *, actor: str, clock: Clock = utc_now) -> Found:
    """Compare the cases that a run has looked at with all that people have seen.

    Copies of selling ones that were screened out come into review. Safe to run again.
    """
    found = Found()
    visited = list(
        Case.objects.filter(target__visits__run=run_id, restricted=False)
        .exclude(state__in=[CaseState.NEW, CaseState.ASSESSED])
        .order_by("pk")
    )
    for case in visited:
        if case.state not in UNSEEN:
            _index(case)
    for case in _backlog():
        _index(case)
    for case in visited:
        copies = _copies(case, bounds, found.skipped)
        if case.state != CaseState.SCREENED_OUT or _queue(
            case, copies, bounds, found.skipped, actor, clock
        ):
            found.pairs |= _keep(case, copies, clock)
    return found


def pairs_of(case_ids: Sequence[int]) -> QuerySet[MirrorPair]:
    """The pairs among these cases."""
    return MirrorPair.objects.filter(one__in=case_ids, other__in=case_ids)


def _backlog() -> QuerySet[Case]:
    """Cases that people have seen and whose pages are not indexed yet: decided between nights."""
    known = Case.objects.filter(restricted=False).exclude(state__in=[*UNSEEN])
    indexed = FingerprintRow.objects.filter(indexed=True).values("target")
    printed = FingerprintRow.objects.filter(shingles__gte=FEWEST_SHINGLES).values("target")
    return known.filter(target__in=printed).exclude(target__in=indexed)


def _pages(case: Case) -> list[FingerprintRow]:
    """The pages that stand for a case, its first page marked as such."""
    rows = FingerprintRow.objects.filter(target=case.target_id)
    first = rows.order_by("-document__capture__run", "document__capture__depth", "document").first()
    if first is None:
        return []
    chosen = rows.filter(Q(pk=first.pk) | Q(document__in=case.carriers))
    pages = list(chosen.filter(shingles__gte=FEWEST_SHINGLES).order_by("document"))
    for page in pages:
        page.first = page.pk == first.pk
    return pages


def _index(case: Case) -> None:
    """Bring the index up to the pages that stand for ``case`` now."""
    pages = _pages(case)
    with transaction.atomic():
        stale = FingerprintRow.objects.filter(target=case.target_id, indexed=True)
        fingerprints.drop(stale.exclude(pk__in=[page.pk for page in pages]))
        fingerprints.index(pages)


def _sellers(bounds: Bounds) -> QuerySet[Case]:
    """Cases that were found to sell for what they say themselves, or confirmed to."""
    selling = Q(state__in=[*_CONFIRMED]) | Q(state__in=[*_IN_REVIEW], score__gte=bounds.plainly)
    return Case.objects.filter(selling, tied_to=[], restricted=False)


def _copies(case: Case, bounds: Bounds, skipped: Counter[str]) -> dict[int, Likeness]:
    """The cases that ``case`` is a near copy of, or they of it, by number."""
    pages = _pages(case)
    itself = _sellers(bounds).filter(pk=case.pk).exists()
    alike: dict[int, list[tuple[FingerprintRow, FingerprintRow, Likeness]]] = defaultdict(list)
    for page in pages:
        nearby = fingerprints.near(page.value, but=case.target_id)
        skipped["band that many pages have"] += nearby.common_bands
        same = icons.telling({case.target_id, *(row.target_id for row in nearby.rows)})
        icon = same.get(case.target_id)
        targets = {row.target_id for row in nearby.rows} if itself else set()
        sellers = _sellers(bounds).filter(target__in=targets)
        selling = set(sellers.values_list("target_id", flat=True)) if targets else set()
        for row in nearby.rows:
            same_icon = icon is not None and same.get(row.target_id) == icon
            sells = row.target_id in selling
            like = likeness(page.value, row.value, same_icon=same_icon, sells=sells)
            if like is not None:
                alike[row.target_id].append((page, row, like))
    cases = Case.objects.filter(target__in=[*alike], restricted=False)
    numbers = dict(cases.values_list("target_id", "pk"))
    return {
        numbers[target_id]: max((like for *_, like in hits), key=lambda one: one.similarity)
        for target_id, hits in alike.items()
        if target_id in numbers and _enough(hits, len(pages), target_id)
    }


def _enough(
    hits: Sequence[tuple[FingerprintRow, FingerprintRow, Likeness]], pages: int, target_id: int
) -> bool:
    if any(page.first and row.first for page, row, _ in hits):
        return True
    here, there = {page.pk for page, *_ in hits}, {row.pk for _, row, _ in hits}
    both = min(len(here), len(there))
    others = FingerprintRow.objects.filter(target=target_id, indexed=True).count()
    return both >= _FEWEST_PAGES and 2 * both > min(pages, others)


def _queue(
    case: Case,
    copies: Mapping[int, Likeness],
    bounds: Bounds,
    skipped: Counter[str],
    actor: str,
    clock: Clock,
) -> bool:
    """Bring a screened-out case into review for the selling ones that it is a near copy of."""
    confirmed = Q(state__in=[*_CONFIRMED])
    sources = Case.objects.filter(confirmed | Q(pk__in=_sellers(bounds)), pk__in=[*copies])
    selling = {str(one.target): copies[one.pk] for one in sources.select_related("target")}
    if not selling:
        return False
    if (case.score or 0.0) < bounds.doubtful:
        skipped["near copy with too low a score"] += 1
        return False
    said = ", ".join(f"{key} ({like})" for key, like in sorted(selling.items()))
    reason = f"score {case.score:.4f}, near copy of {said}"
    with transaction.atomic():
        case.tied_to = sorted(selling)
        case.save(update_fields=["tied_to"])
        move(case.pk, CaseState.IN_REVIEW, actor=actor, reason=reason, clock=clock)
        case.refresh_from_db()
        _index(case)
    return True


def _keep(case: Case, copies: Mapping[int, Likeness], clock: Clock) -> set[tuple[int, int]]:
    """Write the pairs of ``case`` down as they hold now."""
    kept: set[tuple[int, int]] = set()
    with transaction.atomic():
        for other, like in copies.items():
            one, two = sorted((case.pk, other))
            MirrorPair.objects.update_or_create(
                one_id=one,
                other_id=two,
                defaults={"similarity": like.similarity, "signs": [*like.signs]},
                create_defaults={
                    "similarity": like.similarity,
                    "signs": [*like.signs],
                    "found_at": clock(),
                },
            )
            kept.add((one, two))
        old = MirrorPair.objects.filter(Q(one=case) | Q(other=case))
        gone = [row.pk for row in old if (row.one_id, row.other_id) not in kept]
        MirrorPair.objects.filter(pk__in=gone).delete()
    return kept
