"""Hints of a site about itself: the pages that its robots.txt and its sitemaps name.

They are fetched once the site has shown a first page, and come after pages that are linked: a
shop seldom lists itself there, and a trap may list anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from urllib.parse import urljoin

from crawlers.entries import NewEntry, robots_url
from crawlers.fetches import HINT, ROBOTS, SITEMAP, Job
from crawlers.limits import Limits
from crawlers.models import FrontierEntry
from crawlers.sitemaps import disallowed_paths, parse_sitemap, sitemaps_of
from crawlers.urls import placed
from domain.captures import Outcome
from domain.errors import KeyFormatError
from domain.targets import canonical_url, site_key

#: Between the links of a first page and those further away; the pages named come last.
_ROBOTS, _SITEMAP, _LISTED, _DISALLOWED = 0.45, 0.44, 0.01, 0.005
_DEEPEST_INDEX = 3
_MOST_DISALLOWED = 20
ABSENT = {ROBOTS: "no robots.txt", SITEMAP: "no sitemap"}


@dataclass(slots=True)
class Hinted:
    """What to queue, and what is left out, by reason."""

    entries: list[NewEntry] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)


class Hints:
    """For one run. Its methods take the job that was fetched and what it gave."""

    def __init__(self, run_id: int, limits: Limits) -> None:
        self._run_id = run_id
        self._limits = limits
        self._sitemaps: Counter[int] = Counter()
        self._counted: set[int] = set()

    def of_page(self, job: Job, outcome: Outcome) -> list[NewEntry]:
        """Where to look for hints, once the first page of a site has come."""
        wanted = self._limits.site_hints and not self._limits.obey_robots
        if not wanted or job.single or job.depth or outcome is not Outcome.OK:
            return []
        return [_entry(job, robots_url(job.url), ROBOTS, _ROBOTS)]

    def of_robots(self, job: Job, outcome: Outcome, body: bytes) -> Hinted:
        """The sitemaps that a robots.txt names, or the usual place; what it asks to leave out,
        where it is not obeyed."""
        hinted = Hinted()
        if not self._limits.site_hints or outcome not in {Outcome.OK, Outcome.NOT_FOUND}:
            return hinted
        text = body.decode("utf-8", "replace") if outcome is Outcome.OK else ""
        addresses = sitemaps_of(text) or ["/sitemap.xml"]
        self._queue_sitemaps(job, addresses, 1, hinted)
        if not self._limits.obey_robots:
            paths = list(islice(disallowed_paths(text), _MOST_DISALLOWED + 1))
            if len(paths) > _MOST_DISALLOWED:
                hinted.dropped["too many disallowed paths"] += 1
            self._queue_pages(job, paths[:_MOST_DISALLOWED], _DISALLOWED, hinted)
        return hinted

    def of_sitemap(self, job: Job, outcome: Outcome, body: bytes) -> Hinted:
        """The pages and further sitemaps that a sitemap names."""
        hinted = Hinted()
        if outcome is not Outcome.OK:
            return hinted
        found = parse_sitemap(body, most=self._limits.max_urls_per_sitemap)
        if found.beyond:
            hinted.dropped["too many addresses in one sitemap"] += found.beyond
        if found.problem:
            hinted.dropped[found.problem.partition(":")[0]] += 1
        if job.depth >= _DEEPEST_INDEX and found.sitemaps:
            hinted.dropped["sitemap too deep in indexes"] += len(found.sitemaps)
        else:
            self._queue_sitemaps(job, found.sitemaps, job.depth + 1, hinted)
        self._queue_pages(job, found.pages, _LISTED, hinted)
        return hinted

    def _queue_sitemaps(
        self, job: Job, addresses: Iterable[str], depth: int, hinted: Hinted
    ) -> None:
        for address in addresses:
            try:
                url = canonical_url(urljoin(job.url, address))
                here = site_key(url) == job.site
            except (KeyFormatError, ValueError):
                hinted.dropped["broken link"] += 1
                continue
            if not here:
                hinted.dropped["sitemap of another site"] += 1
            elif self._sitemaps_so_far(job.site_id) >= self._limits.max_sitemaps_per_site:
                hinted.dropped["sitemap budget"] += 1
            else:
                self._sitemaps[job.site_id] += 1
                hinted.entries.append(_entry(job, url, SITEMAP, _SITEMAP, depth))

    def _sitemaps_so_far(self, site_id: int) -> int:
        """How many sitemaps of a site the run has queued, over all starts."""
        if site_id not in self._counted:
            rows = FrontierEntry.objects.filter(run_id=self._run_id, target_id=site_id)
            self._sitemaps[site_id] += rows.filter(why=SITEMAP).count()
            self._counted.add(site_id)
        return self._sitemaps[site_id]

    def _queue_pages(
        self, job: Job, addresses: Iterable[str], priority: float, hinted: Hinted
    ) -> None:
        for address in addresses:
            try:
                place = placed(urljoin(job.url, address))
            except ValueError:
                hinted.dropped["broken link"] += 1
                continue
            if place.site is None:
                hinted.dropped[place.reason] += 1
            elif place.site != job.site:
                hinted.dropped["sitemap names another site"] += 1
            else:
                hinted.entries.append(_entry(job, place.url, HINT, priority, 1))


def _entry(job: Job, url: str, why: str, priority: float, depth: int = 0) -> NewEntry:
    return NewEntry(job.site, url, why, priority, depth, job.hops, 0, job.entry)
