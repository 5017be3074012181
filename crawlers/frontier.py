"""The frontier: which URLs of a run are to be fetched next. Lives in the database alone.

Only the writer thread uses it. What is kept in memory is one ``Site`` for each source; the rest
is read as it is needed, so that a run that was killed goes on from the record.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable

from django.db import transaction
from django.db.models import Count, Min, Q, QuerySet

from cases import counts, cut_short
from cases.counts import CountKey
from cases.intake import target_row
from cases.models import Run, RunSource
from classifiers.cascade import Glance
from crawlers import visits
from crawlers.budgets import RunBudget
from crawlers.entries import (
    STAGE,
    NewEntry,
    NewSource,
    first_url,
    lead_of,
)
from crawlers.fetches import ICON, ROBOTS, SITEMAP, SOURCE, Fetch, Job, Returned
from crawlers.focus import NO_LEAD, Lead
from crawlers.limits import Limits
from crawlers.models import FrontierEntry
from crawlers.ordering import Order, by_chance
from crawlers.queueing import Queueing
from crawlers.redirects import Moved
from crawlers.sites import ASKED_FOR, Site, outstanding, rest_of
from domain.candidates import Why
from domain.captures import Outcome
from domain.clock import Clock, utc_now
from domain.errors import InputError
from domain.nights import PAGES
from domain.targets import TargetKey, TargetKind

#: Entries left out for it are queued again when the run is resumed; the source is counted once.
TOR_DOWN = Outcome.TOR_DOWN.value
KINDS = (TargetKind.HOST, TargetKind.ONION, TargetKind.URL)
_FIRST_OF_LEFT_OVER = 7.0  # an earlier night did not come to it
_FIRST = {Why.SEED: 10.0, Why.SEARCH: 9.0, Why.RECHECK: 8.0, Why.TIP: 8.0}
#: Found by channels or in earlier nights: what led there is not known any more.
_FIRST_OF_FOUND = 0.5
_FETCHED = (FrontierEntry.State.DONE, FrontierEntry.State.RENDER)
_NO_PAGES = frozenset({ROBOTS, ICON, SITEMAP})
_WITHOUT_A_TEXT = frozenset(
    {Outcome.NOT_FOUND, Outcome.EMPTY, Outcome.HTTP_ERROR, Outcome.FORBIDDEN}
)


class Frontier:
    """The frontier of one run. Every method touches the database.

    Raises InputError, from ``open``, where there is no such run.
    """

    def __init__(
        self,
        run_id: int,
        limits: Limits,
        user_agent: str,
        order: Order,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        clock: Clock = utc_now,
    ) -> None:
        self.run_id = run_id
        self.limits = limits
        self.sites: dict[TargetKey, Site] = {}
        self._by_id: dict[int, Site] = {}
        self._out: set[int] = set()
        self._pages = 0
        self._lowest = 0
        self._order = order
        self._user_agent = user_agent
        self._monotonic = monotonic
        self._clock = clock
        self._queueing = Queueing(run_id, limits, order, self.sites, self._by_id)
        self.budget = RunBudget(limits, clock, monotonic())

    @property
    def out(self) -> int:
        """Jobs handed out and not settled."""
        return len(self._out)

    @property
    def under_way(self) -> frozenset[int]:
        """The entries of the jobs handed out and not settled."""
        return frozenset(self._out)

    def open(self) -> None:
        """Load the run's sources and see that each one's first URL is queued."""
        run = Run.objects.filter(pk=self.run_id).first()
        if run is None:
            raise InputError(f"there is no run {self.run_id}")
        self.budget.load(self.run_id, run.started_at)
        with transaction.atomic():
            sources = RunSource.objects.filter(
                run_id=self.run_id, done=False, target__kind__in=KINDS
            ).select_related("target")
            for row in sources.order_by("pk"):
                self._register(row.target_id, row.target.key, Why(row.why), row.url)
            self._load_figures()
            visits.load(self.run_id, self.sites.values())
            self._order.open(self.run_id, [*self.sites.values()])
            left_over = frozenset(cut_short.before(self.run_id).not_begun)
            self.add([self._first(site, left_over=left_over) for site in self.sites.values()])
            rows = FrontierEntry.objects.filter(run_id=self.run_id)
            self._lowest = rows.aggregate(low=Min("pk"))["low"] or 0

    def begin(self) -> None:
        """The crawl begins: its time counts from now on."""
        self.budget.began = self._monotonic()

    def _register(self, target_id: int, key: TargetKey, why: Why, url: str) -> Site:
        site = Site(target_id, key, why, first_url(key, url), asked_for=why in ASKED_FOR)
        self.sites[key] = self._by_id[target_id] = site
        return site

    def _load_figures(self) -> None:
        rows = FrontierEntry.objects.filter(run_id=self.run_id)
        again = Count("pk", filter=Q(again=True))
        rows_by_state = rows.values("target_id", "state")
        for row in rows_by_state.annotate(n=Count("pk"), again=again, hops=Min("hops")):
            fetched = row["again"] + (row["n"] if row["state"] in _FETCHED else 0)
            self._pages += fetched
            if site := self._by_id.get(row["target_id"]):
                site.known += row["n"]
                site.hops = row["hops"]
                site.pages += fetched
        for target_id in rows.filter(why=ICON).values_list("target_id", flat=True):
            if site := self._by_id.get(target_id):
                site.icon_asked = True
        if not self.limits.obey_robots:
            return
        waiting = rows.filter(why=ROBOTS, state=FrontierEntry.State.QUEUED)
        for target_id in waiting.values_list("target_id", flat=True):
            self._by_id[target_id].robots_due = True

    def _first(
        self, site: Site, lead: Lead | None = None, left_over: Collection[int] = ()
    ) -> NewEntry:
        found = _FIRST_OF_LEFT_OVER if site.id in left_over else _FIRST_OF_FOUND
        priority = _FIRST.get(site.why, found if lead is None else None)
        return NewEntry(
            site.key, site.entry, SOURCE, priority, hops=site.hops, lead=lead or NO_LEAD
        )

    def add_source(self, source: NewSource) -> None:
        """Have the run look at a target found on the way; one that it looks at stays as it is."""
        if (known := self.sites.get(source.key)) is not None:
            known.asked_for = known.asked_for or source.asked_for
            return
        target, _ = target_row(source.key, clock=self._clock)
        _, created = RunSource.objects.get_or_create(
            run_id=self.run_id, target=target, defaults={"why": source.why, "url": source.url}
        )
        if source.key.kind not in KINDS:
            return
        site = self._register(target.pk, source.key, source.why, source.url)
        site.hops, site.asked_for = source.hops, site.asked_for or source.asked_for
        if not created:
            site.closed = "crawled before"
        elif not source.queued:
            self.add([self._first(site, source.lead)])

    def site_of(self, target_id: int) -> Site | None:
        """The site whose target's row is ``target_id``, if it is crawled now."""
        return self._by_id.get(target_id)

    def add(self, entries: Iterable[NewEntry]) -> None:
        """Queue what is new of ``entries``, within budgets (see ``queueing``)."""
        self._queueing.add(entries)

    def take(self) -> list[Job]:
        """The URLs to fetch next, as many as may be out; empty when there is none.

        The best ones, and some that are chosen by chance."""
        self._close_what_is_used_up()
        if self.over:
            return []
        jobs: list[Job] = []
        while True:
            room = min(
                outstanding(self.limits) - self.out, self.limits.max_pages - self._pages - self.out
            )
            if room <= 0:
                return jobs
            rows = list(self._queued().order_by("-priority", "pk")[:room])
            scarce = len(rows) < room  # all that is queued is fetched, and there is no choice
            chosen = [] if scarce else self._chosen(self._order.explored(room))
            best = [row for row in rows[: room - len(chosen)] if row.pk not in self._out]
            jobs.extend(chosen)
            jobs.extend(job for row in best if (job := self._hand_out(row)))
            if scarce:
                return jobs

    def _chosen(self, wanted: int) -> list[Job]:
        """Up to ``wanted`` that are chosen by chance among all that may be fetched now."""
        if not wanted:
            return []
        newest = FrontierEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        queued = self._queued().order_by("pk")
        jobs: dict[int, Job] = {}
        for _ in range(wanted):
            at = by_chance(self._lowest, newest)
            rows = queued.exclude(pk__in=jobs)
            row = rows.filter(pk__gte=at).first() or rows.filter(pk__lt=at).first()
            # what comes first anyway is no matter of chance
            if row is not None and row.priority <= 1.0 and (job := self._hand_out(row)):
                jobs[row.pk] = job
        sources = Counter(CountKey(str(job.site), "explored", "") for job in jobs.values())
        counts.add(self.run_id, STAGE, sources)
        return [*jobs.values()]

    def _queued(self) -> QuerySet[FrontierEntry]:
        """What may be fetched now."""
        now = self._monotonic()
        full = [
            site.id
            for site in self.sites.values()
            if not site.emptied and site.room(self.limits, now) <= 0
        ]
        rows = FrontierEntry.objects.filter(run_id=self.run_id, state=FrontierEntry.State.QUEUED)
        return rows.exclude(target_id__in=full).exclude(pk__in=self._out)

    def _hand_out(self, row: FrontierEntry) -> Job | None:
        now = self._monotonic()
        site = self._by_id[row.target_id]
        if site.room(self.limits, now) <= 0:
            return None
        site.robots_due = site.robots_due and row.why == ROBOTS  # it comes first if it is there
        if row.why != ROBOTS and not site.allows(row.url, self._user_agent):
            self._drop(FrontierEntry.objects.filter(pk=row.pk), site, "robots.txt")
            return None
        return self.hand_out(row, site)

    def hand_out(self, row: FrontierEntry, site: Site, *, render: bool = False) -> Job:
        """The job for an entry, which is on its way from now on."""
        site.out += 1
        self._out.add(row.pk)
        return Job(
            entry=row.pk,
            url=row.url,
            site=site.key,
            site_id=site.id,
            depth=row.depth,
            hops=row.hops,
            redirects=row.redirects,
            priority=row.priority,
            why=row.why,
            candidates_are=Why.SEARCH if site.single and site.why is Why.SEARCH else Why.LINK,
            single=site.single,
            lead=lead_of(row),
            render=render,
            again=row.again,
        )

    def learn(self, job: Job, outcome: Outcome, glance: Glance | None) -> None:
        """Take in what a page turned out to be; one without a text gives nothing."""
        site = self._by_id[job.site_id]
        if job.why not in _NO_PAGES and (glance is not None or outcome in _WITHOUT_A_TEXT):
            self._order.learn(site, job, glance or Glance(0.0, 0.0))

    def note_use(self, jobs: Iterable[Job]) -> None:
        """Note what the sites of ``jobs`` have used up, in the transaction that stores these."""
        sites = {job.site_id: self._by_id[job.site_id] for job in jobs}
        visits.note_use(self.run_id, sites.values())
        self._order.keep()
        self.budget.note(self.run_id, self._monotonic())

    def note_moves(self, moves: Iterable[Moved]) -> None:
        """Note where first pages redirect to, in the transaction that stores them."""
        visits.note_moves(self.run_id, moves, self._clock)

    def arrived(self, fetch: Fetch) -> None:
        """A fetch has come back and is yet to be read: takes in what cannot wait until then."""
        self.budget.received += fetch.received
        site = self._by_id[fetch.job.site_id]
        site.closed = site.closed or fetch.closes
        for began, ended in fetch.spans:
            site.was_busy(began, ended)

    def settle(self, job: Job, outcome: Outcome) -> None:
        """A job has come back and is in the record (or is dropped, see ``close_onions``)."""
        self._out.discard(job.entry)
        if job.render:
            self._by_id[job.site_id].out -= 1
            return
        self._pages += 1
        self._by_id[job.site_id].ended(outcome, self.limits)

    def put_back(self, returned: Returned) -> None:
        """A job that was handed out was not begun: it is queued as before."""
        self._out.discard(returned.job.entry)
        site = self._by_id[returned.job.site_id]
        site.out -= 1
        site.paused_until = max(site.paused_until, self._monotonic() + returned.wait_s)

    @property
    def over(self) -> str:
        """Why nothing more may be begun in this crawl, or an empty string."""
        return self.budget.over(self._monotonic())

    @property
    def rest_s(self) -> float | None:
        """Seconds until a site that asked for a pause may be asked again; None without one."""
        return rest_of(self.sites.values(), self._monotonic())

    @property
    def wait_s(self) -> float | None:
        """Seconds in which there is work although nothing comes back; None for never."""
        return self.budget.wait_s(self._monotonic(), self.rest_s)

    def _close_what_is_used_up(self) -> None:
        """Drop what is still queued of sites that are closed, and count it."""
        reason = self.over or (PAGES if self._pages >= self.limits.max_pages else "")
        now = self._monotonic()
        for site in self.sites.values():
            if reason and not self.out:
                site.closed = site.closed or reason
            site.room(self.limits, now)
            if site.closed and not site.out and not site.emptied:
                self.drop_queued(site)

    def drop_queued(self, site: Site) -> None:
        """Leave out what is queued of a closed ``site`` and not on its way."""
        rows = FrontierEntry.objects.filter(
            run_id=self.run_id, target_id=site.id, state=FrontierEntry.State.QUEUED
        ).exclude(pk__in=self._out)
        self._drop(rows, site, site.closed)
        site.emptied = not site.out

    def drop_entry(self, entry: int, site: Site, reason: str) -> None:
        """Leave out one entry of ``site`` that is not on its way."""
        self._drop(FrontierEntry.objects.filter(pk=entry), site, reason)

    def _drop(self, rows: QuerySet[FrontierEntry], site: Site, reason: str) -> None:
        with transaction.atomic():
            n = rows.update(state=FrontierEntry.State.DROPPED, reason=reason)
            if n and reason != TOR_DOWN:
                counts.add(self.run_id, STAGE, {CountKey(str(site.key), "dropped", reason): n})

    def close(self) -> None:
        """The crawl is over: every source has been looked at."""
        RunSource.objects.filter(
            run_id=self.run_id, target_id__in=list(self._by_id), done=False
        ).update(done=True)
