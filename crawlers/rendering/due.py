"""Which pages of a run are rendered: those that need it, once each, within the night's budget.

A page that is due is an entry of the frontier in state RENDER: fetched, and not rendered yet. So
it is still due when the crawl is killed and started again. For the writer's thread.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from cases.models import Capture, Case
from crawlers.fetches import Job
from crawlers.frontier import Frontier
from crawlers.models import FrontierEntry
from crawlers.reading import Reading
from crawlers.sites import Site

#: A site that is closed for these is only not fetched any further.
_FETCHED_ENOUGH = frozenset({"", "page budget", "run budget"})


@dataclass(frozen=True, slots=True)
class RenderLimits:
    """Pages rendered in a night, of one site, and at a time. ``obstacle`` says why none can be,
    ``is_restricted`` of a page's text and markup that it must not be."""

    pages: int
    pages_per_site: int
    at_once: int
    obstacle: str
    is_restricted: Callable[[str], bool]


class Renders:
    """The pages of ``frontier`` that are due to be rendered."""

    def __init__(self, frontier: Frontier, limits: RenderLimits) -> None:
        self._frontier = frontier
        self._limits = limits
        self._planned: Counter[int] = Counter()
        self._out: set[int] = set()

    def open(self) -> None:
        """Load what the run has rendered, and what it was to."""
        run_id = self._frontier.run_id
        done = Capture.objects.filter(run_id=run_id, rendered=True)
        for rows in (done, self._due()):
            for row in rows.values("target_id").annotate(n=Count("pk")):
                self._planned[row["target_id"]] += row["n"]

    def _due(self) -> QuerySet[FrontierEntry]:
        return FrontierEntry.objects.filter(
            run_id=self._frontier.run_id, state=FrontierEntry.State.RENDER
        )

    def against(self, reading: Reading) -> str:
        """Why a page that needs it is not rendered; empty where it is, which is then counted."""
        limits, site_id = self._limits, reading.fetch.job.site_id
        if limits.obstacle:
            return limits.obstacle
        if self._planned[site_id] >= limits.pages_per_site:
            return "budget of the site"
        if self._planned.total() >= limits.pages:
            return "budget of the night"
        if Case.objects.filter(target_id=site_id, restricted=True).exists() or (
            limits.is_restricted(_all_text(reading))
        ):
            return "restricted"
        self._planned[site_id] += 1
        return ""

    def take(self) -> list[Job]:
        """The pages to render next; what can no longer be rendered is dropped and counted."""
        self._out &= self._frontier.under_way
        room = self._limits.at_once - len(self._out)
        if room <= 0 or self._planned.total() == 0:
            return []
        jobs: list[Job] = []
        rows = self._due().exclude(pk__in=self._out).order_by("-priority", "pk")
        for row in list(rows[: room * 4]):
            site = self._frontier.site_of(row.target_id)
            if site is None:
                continue
            if reason := self._too_late(site):
                self._frontier.drop_entry(row.pk, site, f"not rendered: {reason}")
            elif len(jobs) < room:
                jobs.append(self._frontier.hand_out(row, site, render=True))
                self._out.add(row.pk)
        return jobs

    def close(self) -> None:
        """The crawl is over: what was due and is not rendered is dropped and counted."""
        reason = self._frontier.over or "the crawl is over"
        for row in self._due():
            site = self._frontier.site_of(row.target_id)
            if site is not None:
                self._frontier.drop_entry(row.pk, site, f"not rendered: {reason}")

    def _too_late(self, site: Site) -> str:
        if self._limits.obstacle:
            return self._limits.obstacle
        return "" if site.closed in _FETCHED_ENOUGH else site.closed


def mark(entries: Iterable[int]) -> None:
    """Mark entries due to be rendered. Call it in the transaction that stores their pages."""
    FrontierEntry.objects.filter(pk__in=[*entries]).update(state=FrontierEntry.State.RENDER)


def _all_text(reading: Reading) -> str:
    document = reading.document
    shown = f"{document.title}\n{document.text}" if document else ""
    return f"{reading.fetch.job.url}\n{shown}\n{reading.body.decode('utf-8', 'replace')}"
