"""What becomes of a reading: its capture, and what it adds to the frontier and the record."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from cases import counts
from cases.counts import CountKey
from cases.intake import url_hash
from cases.models import CandidateRow, RunSource
from crawlers.discovery import outside
from crawlers.entries import LINK, REDIRECT, ROBOTS, NewEntry, redirect_chain
from crawlers.fetches import Job
from crawlers.frontier import STAGE, Frontier
from crawlers.models import FrontierEntry
from crawlers.platforms import Platforms
from crawlers.reading import Reading
from crawlers.sites import Site
from crawlers.urls import NotFollowed
from domain.candidates import Candidate, Why
from domain.captures import CaptureRecord
from domain.errors import KeyFormatError
from domain.targets import TargetKey, TargetKind, is_telegram_link, site_key, telegram_key

_REMEMBERED = 50_000
_FURTHER_AWAY = 0.6
_NAMED_BEFOREHAND = frozenset({Why.SEED, Why.SEARCH, Why.RECHECK, Why.TIP})
_REDIRECTED = 0.9


@dataclass(slots=True)
class Plan:
    """What is written for one reading. ``record`` is None where there is nothing to capture."""

    reading: Reading
    record: CaptureRecord | None = None
    entries: list[NewEntry] = field(default_factory=list)
    sources: list[tuple[TargetKey, str, int]] = field(default_factory=list)
    counts: Counter[CountKey] = field(default_factory=Counter)

    def count(self, name: str, reason: str, n: int = 1) -> None:
        self.counts[CountKey(str(self.reading.fetch.job.site), name, reason)] += n


class Planner:
    """Decides, within the limits, what of a page's findings is followed.

    ``domain_of`` gives the registrable domain of a host; ``tor`` says whether onions are fetched.
    """

    def __init__(
        self,
        frontier: Frontier,
        platforms: Platforms,
        domain_of: Callable[[str], str],
        *,
        tor: bool,
    ) -> None:
        self._frontier = frontier
        self._limits = frontier.limits
        self._platforms = platforms
        self._domain_of = domain_of
        self._tor = tor
        self._hosts: dict[str, set[str]] = {}
        self._noted: OrderedDict[tuple[TargetKey, TargetKey | None], None] = OrderedDict()
        self._new_sites = 0
        self._adopted: set[TargetKey] = set()

    def open(self) -> None:
        """Load what the run has found so far."""
        run_id = self._frontier.run_id
        rows = CandidateRow.objects.filter(run_id=run_id, target__kind=TargetKind.HOST)
        for host in rows.values_list("target__value", flat=True).distinct().iterator():
            self._hosts.setdefault(self._domain_of(host), set()).add(host)
        found = RunSource.objects.filter(run_id=run_id).exclude(why__in=_NAMED_BEFOREHAND)
        self._new_sites = found.exclude(target__kind=TargetKind.TELEGRAM).count()

    def plan(self, reading: Reading) -> Plan:
        """What to write for ``reading``."""
        plan = Plan(reading)
        job = reading.fetch.job
        for reason, n in reading.findings.dropped.items():
            plan.count("dropped", reason, n)
        for reason in reading.fetch.retried:
            plan.count("retried", reason)
        if job.why == ROBOTS:
            plan.record = reading.record(reading.detail, ())
            return plan
        detail = reading.detail
        candidates: list[Candidate] = []
        if reading.location:
            detail = self._redirect(plan, reading.location, candidates) or detail
        self._pages(plan)
        for candidate in reading.findings.candidates:
            self._consider(plan, candidate, job.hops + 1, candidates)
        plan.record = reading.record(detail, tuple(candidates))
        return plan

    def commit(self, plans: Iterable[Plan]) -> None:
        """Write sources, entries and counts. Call it in the transaction that stores captures."""
        plans = list(plans)
        tally: Counter[CountKey] = Counter()
        for plan in plans:
            tally.update(plan.counts)
            for key, url, hops in plan.sources:
                self._frontier.add_source(key, url, hops)
        self._frontier.add(entry for plan in plans for entry in plan.entries)
        counts.add(self._frontier.run_id, STAGE, tally)

    def _pages(self, plan: Plan) -> None:
        job, pages = plan.reading.fetch.job, plan.reading.findings.pages
        if job.single:
            if pages:
                plan.count("dropped", "only this page is read", len(pages))
            return
        depth = job.depth + 1
        priority = (1.0 if job.hops == 0 else _FURTHER_AWAY) / (depth + 1)
        plan.entries.extend(
            NewEntry(job.site, page.url, LINK, priority, depth, job.hops, 0, job.entry)
            for page in pages
        )

    def _redirect(self, plan: Plan, location: str, candidates: list[Candidate]) -> str:
        """Queue where a page redirects to. Returns why not, for the capture, or nothing."""
        job = plan.reading.fetch.job
        if job.redirects >= self._limits.max_redirects:
            plan.count("dropped", "too many redirects")
            return f"too many redirects, not followed to {location}"
        if location == job.url or self._in_chain(job, location):
            plan.count("dropped", "redirect loop")
            return f"loop, back to {location}"
        try:
            if is_telegram_link(location):
                key = telegram_key(location)
            elif site_key(location) == site_key(job.url):
                key = job.site
            else:
                key = outside(location, self._platforms)
        except (NotFollowed, KeyFormatError) as error:
            reason = error.reason if isinstance(error, NotFollowed) else "no channel"
            plan.count("dropped", reason)
            return f"not followed ({reason}): {location}"
        if key != job.site:
            why = Why.MENTION if key.kind is TargetKind.TELEGRAM else Why.LINK
            found = Candidate(key, why, location, job.site, _REDIRECTED, "redirect")
            away = 0 if self._frontier.sites[job.site].why in _NAMED_BEFOREHAND else 1
            self._consider(plan, found, job.hops + away, candidates)
            if key not in self._frontier.sites:
                return ""
        entry = NewEntry(
            key,
            location,
            REDIRECT,
            job.priority,
            job.depth,
            job.hops,
            job.redirects + 1,
            job.entry,
        )
        plan.entries.append(entry)
        return ""

    def _in_chain(self, job: Job, location: str) -> bool:
        known = FrontierEntry.objects.filter(
            run_id=self._frontier.run_id, url_hash=url_hash(location)
        )
        return known.exists() and location in redirect_chain(
            job.entry, self._limits.max_redirects + 1
        )

    def _consider(
        self, plan: Plan, candidate: Candidate, hops: int, candidates: list[Candidate]
    ) -> None:
        """Note a candidate, once for each parent, and follow it where the limits allow."""
        target = candidate.target
        if target.kind is TargetKind.HOST and not self._domain_has_room(target.value):
            plan.count("dropped", "too many names of one domain")
            return
        if self._is_new(target, candidate.parent):
            candidates.append(candidate)
        known = target in self._adopted or target in self._frontier.sites
        if known or target.kind is TargetKind.TELEGRAM:
            return
        parent = self._frontier.sites[plan.reading.fetch.job.site]
        if reason := self._reason_against(parent, target, hops):
            plan.count("skipped", reason)
            return
        self._adopted.add(target)
        parent.brought += 1
        self._new_sites += 1
        plan.sources.append((target, candidate.url, hops))

    def _domain_has_room(self, host: str) -> bool:
        hosts = self._hosts.setdefault(self._domain_of(host), set())
        if host in hosts:
            return True
        if len(hosts) >= self._limits.max_hosts_per_domain:
            return False
        hosts.add(host)
        return True

    def _is_new(self, target: TargetKey, parent: TargetKey | None) -> bool:
        pair = (target, parent)
        if pair in self._noted:
            self._noted.move_to_end(pair)
            return False
        self._noted[pair] = None
        if len(self._noted) > _REMEMBERED:
            self._noted.popitem(last=False)
        return True

    def _reason_against(self, parent: Site, target: TargetKey, hops: int) -> str:
        if not self._limits.follow_discovered:
            return "new sites are not followed"
        if target.kind is TargetKind.ONION and not self._tor:
            return "Tor is off"
        if hops > self._limits.max_site_hops:
            return "too many sites away"
        if self._new_sites >= self._limits.max_new_sites:
            return "budget of new sites"
        if parent.brought >= self._limits.max_new_sites_per_site:
            return "too many sites of one parent"
        return ""
