"""Entries of the frontier: what a new one is, and what the table knows of them already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.db.models import Count

from cases.intake import url_hash
from crawlers.fetches import REDIRECT, Job
from crawlers.focus import NO_LEAD, Lead
from crawlers.models import FrontierEntry
from crawlers.urls import pattern
from domain.candidates import Why
from domain.errors import KeyFormatError
from domain.targets import TargetKey, TargetKind, canonical_url

#: The stage of a run that a crawl counts under.
STAGE = "crawl"
LONGEST_ANCHOR = 200
_CHUNK = 500
_WORTH_RAISING = 0.05
_LEAD = ("selling", "about_drugs", "inherited", "anchor")
_KNOWN = ("url_hash", "state", "target_id", "url", "depth", "why", *_LEAD)


@dataclass(frozen=True, slots=True)
class NewEntry:
    """A URL to be added for the site ``target``. ``priority`` None leaves it to the order."""

    target: TargetKey
    url: str
    why: str
    priority: float | None = None
    depth: int = 0
    hops: int = 0
    redirects: int = 0
    parent: int | None = None
    lead: Lead = NO_LEAD

    def row(self, run_id: int, target_id: int, priority: float) -> FrontierEntry:
        """The entry as a row that is not saved yet."""
        return FrontierEntry(
            run_id=run_id,
            target_id=target_id,
            parent_id=self.parent,
            url=self.url,
            url_hash=url_hash(self.url),
            pattern=pattern(self.url),
            depth=self.depth,
            hops=self.hops,
            redirects=self.redirects,
            priority=priority,
            selling=self.lead.selling,
            about_drugs=self.lead.about_drugs,
            inherited=self.lead.inherited,
            anchor=self.lead.anchor[:LONGEST_ANCHOR],
            why=self.why,
        )


@dataclass(frozen=True, slots=True)
class NewSource:
    """A target that the run is to look at from now on, entered at ``url``.

    ``asked_for`` says that a source which was named beforehand redirects to it; ``queued`` that
    its first URL is queued as the end of that redirect; ``lead`` is what is known of the link.
    """

    key: TargetKey
    url: str
    hops: int
    why: Why = Why.LINK
    asked_for: bool = False
    queued: bool = False
    lead: Lead | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One URL on a way of redirects; ``target_id`` is the source that it counts for."""

    url: str
    target_id: int


def first_url(key: TargetKey, url: str) -> str:
    """Where a source is entered: the URL that it was given with, or its front page."""
    if key.kind is TargetKind.URL:
        return key.value
    try:
        return canonical_url(url or f"http://{key.value}/")
    except KeyFormatError:
        return canonical_url(f"http://{key.value}/")


def robots_url(url: str) -> str:
    """Where the robots.txt for a canonical URL is."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}/robots.txt"


@dataclass(frozen=True, slots=True)
class Sorted:
    """Entries sorted out: those whose URLs are new, each once, and rows of the queue to which
    another link was found, with the better of the two leads."""

    fresh: list[NewEntry]
    better: list[tuple[FrontierEntry, Lead]]


def sort_out(run_id: int, entries: Iterable[NewEntry]) -> Sorted:
    """Tell new URLs from those that the run knows."""
    by_hash: dict[str, NewEntry] = {}
    for entry in entries:
        key = url_hash(entry.url)
        seen = by_hash.get(key)
        lead = entry.lead.better(seen.lead) if seen else entry.lead
        by_hash[key] = replace(seen or entry, lead=lead)
    better = []
    hashes = list(by_hash)
    for at in range(0, len(hashes), _CHUNK):
        known = FrontierEntry.objects.filter(run_id=run_id, url_hash__in=hashes[at : at + _CHUNK])
        for row in known.only(*_KNOWN):
            entry = by_hash.pop(row.url_hash)
            if row.state != FrontierEntry.State.QUEUED:
                continue
            old = lead_of(row)
            new = old.better(entry.lead)
            if _rise(old, new) >= _WORTH_RAISING:
                better.append((row, new))
    return Sorted(list(by_hash.values()), better)


def _rise(old: Lead, new: Lead) -> float:
    return max(
        new.selling - old.selling,
        new.inherited - old.inherited,
        new.about_drugs - old.about_drugs,
    )


def lead_of(row: FrontierEntry) -> Lead:
    """The lead that a row was queued with."""
    return Lead(row.selling, row.about_drugs, row.inherited, row.anchor)


def pattern_counts(run_id: int, entries: Sequence[NewEntry]) -> dict[tuple[int, str], int]:
    """How many URLs the run knows, by target and pattern, for the patterns of ``entries``."""
    found: dict[tuple[int, str], int] = defaultdict(int)
    shapes = list({pattern(entry.url) for entry in entries})
    for at in range(0, len(shapes), _CHUNK):
        rows = FrontierEntry.objects.filter(run_id=run_id, pattern__in=shapes[at : at + _CHUNK])
        for row in rows.values("target_id", "pattern").annotate(n=Count("pk")):
            found[(row["target_id"], row["pattern"])] = row["n"]
    return found


def way_to(entry_id: int, longest: int) -> list[Step]:
    """The redirects that led to an entry, its own URL first."""
    way: list[Step] = []
    at: int | None = entry_id
    while at is not None and len(way) <= longest:
        row = FrontierEntry.objects.values("url", "target_id", "why", "parent_id").get(pk=at)
        way.append(Step(row["url"], row["target_id"]))
        at = row["parent_id"] if row["why"] == REDIRECT else None
    return way


def mark_done(jobs: Iterable[Job]) -> None:
    """Mark the entries of ``jobs`` fetched. Call it in the transaction that stores them."""
    FrontierEntry.objects.filter(pk__in=[job.entry for job in jobs]).update(
        state=FrontierEntry.State.DONE
    )
