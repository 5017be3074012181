"""What becomes of a reading: its capture, and what it adds to the frontier and the record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from cases import counts
from cases.counts import CountKey
from crawlers.adopting import Adopter
from crawlers.circles import FOR_CIRCLE, LOOP, Circles
from crawlers.entries import STAGE, NewEntry, NewSource, way_to
from crawlers.fetches import ICON, LINK, REDIRECT, ROBOTS, SOURCE, Job
from crawlers.focus import Lead
from crawlers.frontier import Frontier
from crawlers.hints import ABSENT, Hints
from crawlers.mirrors import icons
from crawlers.platforms import Platforms
from crawlers.reading import Reading
from crawlers.redirects import Moved, mover, target
from crawlers.rendering.due import Renders
from crawlers.results import next_page
from crawlers.sites import Site
from crawlers.urls import NotFollowed
from domain.candidates import Candidate, Why
from domain.captures import CaptureRecord, Outcome
from domain.targets import TargetKey, TargetKind

_REDIRECTED = 0.9
_NO_ANSWER = frozenset({Outcome.CONNECTION, Outcome.TIMEOUT})


@dataclass(slots=True)
class Plan:
    """What is written for one reading. ``record`` is None where there is nothing to capture;
    ``render`` says that the page is due to be rendered, ``again`` is a page to be asked for once
    more."""

    reading: Reading
    record: CaptureRecord | None = None
    candidates: list[Candidate] = field(default_factory=list)
    entries: list[NewEntry] = field(default_factory=list)
    sources: list[NewSource] = field(default_factory=list)
    moves: list[Moved] = field(default_factory=list)
    counts: Counter[CountKey] = field(default_factory=Counter)
    render: bool = False
    again: str = ""

    @property
    def job(self) -> Job:
        return self.reading.fetch.job

    def count(self, name: str, reason: str, n: int = 1) -> None:
        self.counts[CountKey(str(self.job.site), name, reason)] += n


class Planner:
    """Decides what of a page's findings is followed."""

    def __init__(
        self, frontier: Frontier, platforms: Platforms, adopter: Adopter, renders: Renders
    ) -> None:
        self._renders = renders
        self._frontier = frontier
        self._limits = frontier.limits
        self._platforms = platforms
        self._adopter = adopter
        self._hints = Hints(frontier.run_id, frontier.limits)
        self._circles = Circles(frontier.run_id)

    def plan(self, reading: Reading) -> Plan:
        """What to write for ``reading``."""
        plan = Plan(reading)
        if not reading.needs_script:
            self._frontier.learn(plan.job, reading.outcome, reading.glance)
        for reason, n in reading.findings.dropped.items():
            plan.count("dropped", reason, n)
        for reason in reading.fetch.retried:
            plan.count("retried", reason)
        for reason, n in reading.fetch.left_out:
            plan.count("dropped", f"page part: {reason}", n)
        if plan.job.why == ICON:
            plan.record = reading.record(reading.detail, ())
            return plan
        if plan.job.why in ABSENT:
            self._hint(plan)
            return plan
        detail = reading.detail
        if reading.outcome is Outcome.REDIRECT:
            detail = self._redirect(plan) or detail
        self._pages(plan)
        if self._limits.favicons:
            self._icon(plan)
        plan.entries.extend(self._hints.of_page(plan.job, reading.outcome))
        plan.entries.extend(_without_tls(plan.job, reading.outcome))
        for candidate in reading.findings.candidates:
            self._consider(plan, candidate, plan.job.hops + 1)
        plan.record = reading.record(detail, tuple(plan.candidates))
        if reading.needs_script:
            self._render(plan)
        return plan

    def _hint(self, plan: Plan) -> None:
        """Take in a robots.txt or a sitemap: what it names, and no text of it."""
        job, reading = plan.job, plan.reading
        read = self._hints.of_robots if job.why == ROBOTS else self._hints.of_sitemap
        hinted = read(job, reading.outcome, reading.body)
        plan.entries.extend(hinted.entries)
        for reason, n in hinted.dropped.items():
            plan.count("dropped", reason, n)
        absent = reading.outcome is Outcome.NOT_FOUND
        detail = ABSENT[job.why] if absent else reading.detail
        plan.record = replace(reading, document=None).record(detail, ())

    def commit(self, plans: Iterable[Plan]) -> None:
        """Write sources, entries, moves and counts, in the transaction that stores captures."""
        plans = list(plans)
        tally: Counter[CountKey] = Counter()
        for plan in plans:
            tally.update(plan.counts)
            for source in plan.sources:
                self._frontier.add_source(source)
            if plan.again:
                self._circles.commit(plan.again)
        self._frontier.add(entry for plan in plans for entry in plan.entries)
        icons.commit(plan.reading for plan in plans)
        self._frontier.note_moves(move for plan in plans for move in plan.moves)
        counts.add(self._frontier.run_id, STAGE, tally)

    def _render(self, plan: Plan) -> None:
        reason = self._renders.against(plan.reading)
        plan.render = not reason
        if reason:
            plan.count("skipped", f"not rendered: {reason}")

    def _pages(self, plan: Plan) -> None:
        job, pages = plan.job, plan.reading.findings.pages
        if job.single:
            self._single(plan)
            return
        plan.entries.extend(
            NewEntry(
                job.site,
                page.url,
                LINK,
                depth=job.depth + 1,
                hops=job.hops,
                parent=job.entry,
                lead=_onward(plan.reading, page.anchor),
            )
            for page in pages
        )

    def _icon(self, plan: Plan) -> None:
        found = icons.entry(self._frontier.sites[plan.job.site], plan.reading)
        if isinstance(found, str):
            plan.count("skipped", found)
        elif found is not None:
            plan.entries.append(found)

    def _single(self, plan: Plan) -> None:
        """Of a page that is read alone only the next page of results is followed."""
        job, pages = plan.job, plan.reading.findings.pages
        others = len(pages)
        if job.candidates_are is Why.SEARCH and (
            following := next_page(job.url, ((page.url, page.anchor) for page in pages))
        ):
            others -= 1
            if job.depth + 1 < self._limits.max_result_pages:
                depth = job.depth + 1
                plan.entries.append(
                    NewEntry(job.site, following, LINK, job.priority, depth, job.hops, 0, job.entry)
                )
            else:
                plan.count("dropped", "more pages of results")
        if others:
            plan.count("dropped", "only this page is read", others)

    def _consider(
        self, plan: Plan, candidate: Candidate, hops: int, moved: Site | None = None
    ) -> str:
        """Note a candidate and follow it where that is allowed. Returns why it is not."""
        parent = self._frontier.sites[plan.job.site]
        verdict = self._adopter.consider(candidate, parent, hops, moved)
        if verdict.noted:
            plan.candidates.append(candidate)
        if verdict.source is not None:
            lead = _onward(plan.reading, candidate.note)
            plan.sources.append(replace(verdict.source, lead=lead))
        if verdict.reason:
            plan.count(verdict.name, verdict.reason)
        return verdict.reason

    def _redirect(self, plan: Plan) -> str:
        """Queue where a page redirects to. Returns why not, for the capture, or nothing."""
        job, location, most = plan.job, plan.reading.location, self._limits.max_redirects
        way = way_to(job.entry, most + 1)
        moved = mover(way, self._frontier.site_of)
        if not location:
            self._stuck(plan, moved, ", ".join(plan.reading.findings.dropped))
            return ""
        self._circles.note(plan.reading.fetch)
        try:
            key = target(job, location, way, self._platforms, most)
            if self._circles.leads_back(job, location, most):
                raise NotFollowed(LOOP)
        except NotFollowed as refused:
            if refused.reason == LOOP and not job.again and self._again(plan, location):
                return ""
            plan.count("dropped", refused.reason)
            self._stuck(plan, moved, refused.reason)
            return f"not followed ({refused.reason}): {location}"
        if reason := self._follow(plan, key, moved):
            self._stuck(plan, moved, reason)
            return f"not followed ({reason}): {location}"
        if moved is not None and key != job.site:
            plan.moves.append(Moved(moved, to=key if key != moved.key else None))
        return ""

    def _again(self, plan: Plan, location: str) -> bool:
        """Whether the page that a circle of redirects leads back to is asked for once more."""
        target_id = self._circles.worth_another(location)
        site = None if target_id is None else self._frontier.site_of(target_id)
        if site is None or site.closed:
            return False
        plan.again = location
        plan.count("retried", FOR_CIRCLE)
        return True

    def _stuck(self, plan: Plan, moved: Site | None, reason: str) -> None:
        if moved is not None:
            plan.moves.append(Moved(moved, stuck=reason))

    def _follow(self, plan: Plan, key: TargetKey, moved: Site | None) -> str:
        """Queue the redirect to a page of ``key``. Returns why not, or nothing."""
        job, location = plan.job, plan.reading.location
        depth, hops = job.depth, job.hops
        if key != job.site:
            depth = 0
            hops += 0 if moved is not None and moved.asked_for else 1
            candidate = Candidate(key, _why(job, key), location, job.site, _REDIRECTED, "redirect")
            if reason := self._consider(plan, candidate, hops, moved):
                return reason
        if key.kind is not TargetKind.TELEGRAM:
            redirects = job.redirects + 1
            plan.entries.append(
                NewEntry(
                    key,
                    location,
                    REDIRECT,
                    job.priority,
                    depth,
                    hops,
                    redirects,
                    job.entry,
                    job.lead,
                )
            )
        return ""


def _without_tls(job: Job, outcome: Outcome) -> Iterator[NewEntry]:
    """The first page without TLS, of a site that answers nobody with it: certificates and people
    name hosts, and shops often serve plain HTTP alone."""
    scheme, _, rest = job.url.partition("://")
    if job.why == SOURCE and scheme == "https" and outcome in _NO_ANSWER and not job.render:
        yield NewEntry(
            job.site,
            f"http://{rest}",
            SOURCE,
            job.priority,
            hops=job.hops,
            parent=job.entry,
            lead=job.lead,
        )


def _onward(reading: Reading, anchor: str) -> Lead:
    """The lead of a link on a page."""
    lead, glance = reading.fetch.job.lead, reading.glance
    if glance is None:
        return lead.onward(0.0, 0.0, anchor)
    return lead.onward(glance.selling, glance.about_drugs, anchor)


def _why(job: Job, key: TargetKey) -> Why:
    """Why the target of a redirect is looked at: for results again, where it is their page."""
    if key.kind is TargetKind.TELEGRAM:
        return Why.MENTION
    return Why.SEARCH if job.single and job.candidates_are is Why.SEARCH else Why.LINK
