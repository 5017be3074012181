"""What is queued of the URLs that were found, and how good each is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from cases import counts
from cases.counts import CountKey
from crawlers.entries import STAGE, NewEntry, pattern_counts, robots_url, sort_out
from crawlers.fetches import HINT, ICON, LINK, ROBOTS, SOURCE
from crawlers.focus import Lead
from crawlers.limits import Limits
from crawlers.models import FrontierEntry
from crawlers.ordering import Order
from crawlers.sites import Site
from crawlers.urls import pattern
from domain.targets import TargetKey

_ROBOTS_PRIORITY = 100.0
_CHUNK = 500


class Queueing:
    """For the frontier of one run, whose ``sites`` it looks up by key and by row id."""

    def __init__(
        self,
        run_id: int,
        limits: Limits,
        order: Order,
        sites: Mapping[TargetKey, Site],
        by_id: Mapping[int, Site],
    ) -> None:
        self._run_id = run_id
        self._limits = limits
        self._order = order
        self._sites = sites
        self._by_id = by_id

    def add(self, entries: Iterable[NewEntry]) -> None:
        """Queue what is new of ``entries``, within budgets; the rest is counted. What is queued
        already rises where a better link to it was found."""
        sorted_out = sort_out(self._run_id, entries)
        self._raise(sorted_out.better)
        fresh = sorted_out.fresh
        patterns = pattern_counts(self._run_id, fresh)
        rows: list[FrontierEntry] = []
        dropped: Counter[CountKey] = Counter()
        for entry in fresh:
            site = self._sites[entry.target]
            shape = pattern(entry.url)
            if reason := self._reason_against(site, entry, patterns[(site.id, shape)]):
                dropped[CountKey(str(site.key), "dropped", reason)] += 1
                continue
            patterns[(site.id, shape)] += 1
            site.known += 1
            rows.append(entry.row(self._run_id, site.id, self._priority(site, entry)))
        if self._limits.obey_robots:
            rows.extend(self._robots_rows(rows))
        FrontierEntry.objects.bulk_create(rows, batch_size=_CHUNK)
        counts.add(self._run_id, STAGE, dropped)

    def _priority(self, site: Site, entry: NewEntry) -> float:
        if entry.priority is not None:
            return entry.priority
        return self._order.worth(site, entry.lead, entry.url, entry.depth)

    def _raise(self, better: Sequence[tuple[FrontierEntry, Lead]]) -> None:
        rows = []
        for row, lead in better:
            site = self._by_id.get(row.target_id)
            if site is None or row.why not in (LINK, HINT):
                continue
            row.selling, row.about_drugs = lead.selling, lead.about_drugs
            row.inherited = lead.inherited
            row.priority = self._order.worth(site, lead, row.url, row.depth)
            rows.append(row)
        FrontierEntry.objects.bulk_update(
            rows, ["selling", "about_drugs", "inherited", "priority"], batch_size=_CHUNK
        )

    def _reason_against(self, site: Site, entry: NewEntry, alike: int) -> str:
        if entry.why in (SOURCE, ROBOTS):
            return ""
        if site.closed:
            return site.closed
        if entry.why == ICON:
            return ""
        if entry.depth > self._limits.max_depth:
            return "too deep"
        if alike >= self._limits.max_urls_per_pattern:
            return "pattern budget"
        if site.known >= site.budget(self._limits) * self._limits.queued_per_page:
            return "queue full"
        return ""

    def _robots_rows(self, rows: Sequence[FrontierEntry]) -> list[FrontierEntry]:
        """robots.txt of the sites that ``rows`` begin, to be fetched before anything else."""
        found = []
        for row in rows:
            site = self._by_id[row.target_id]
            entry = NewEntry(
                site.key, robots_url(row.url), ROBOTS, _ROBOTS_PRIORITY, hops=site.hops
            )
            new = row.url == site.entry and not site.single
            if new and sort_out(self._run_id, [entry]).fresh:
                site.robots_due = True
                found.append(entry.row(self._run_id, site.id, _ROBOTS_PRIORITY))
        return found
