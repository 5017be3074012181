"""The writer: the one thread of a crawl that owns the database and the evidence.

It reads what came back, stores it in batches, and hands out what to fetch next. What is on its
way at a time is bounded by the frontier, and so is the queue. Nothing is taken off the frontier
before it is stored: when writing fails the crawl stops, and a second start goes on from there.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from django.db import connections

from cases import intake
from cases.evidence import EvidenceWriter
from crawlers import robots
from crawlers.adopting import Adopter
from crawlers.entries import STAGE, mark_done
from crawlers.fetches import ROBOTS, Fetch, Job, Returned
from crawlers.frontier import Frontier
from crawlers.limits import Limits
from crawlers.onions import Onions, TorUse
from crawlers.ordering import Order
from crawlers.planning import Plan, Planner
from crawlers.platforms import Platforms
from crawlers.readers import ReaderPlan, Readers
from crawlers.reading import Reading
from crawlers.refetched import count_lost
from crawlers.rendering import due, stock
from crawlers.rendering.due import RenderLimits, Renders
from domain.captures import Outcome
from domain.clock import Clock, utc_now
from domain.errors import InputError, NarcowatchError
from domain.targets import TargetKey
from net.journal import RequestJournal

log = logging.getLogger(__name__)

#: Exit codes of a crawl.
DONE, FAILED, REFUSED, STOPPED = 0, 1, 2, 130
_BATCH = 50


@dataclass(frozen=True, slots=True)
class Orders:
    """What the writer is told: values, and what may be called in its thread alone."""

    run_id: int
    limits: Limits
    reader: ReaderPlan
    readers: int
    order: Order
    platforms: Platforms
    user_agent: str
    evidence_root: Path
    rotate_bytes: int
    tor: TorUse
    tor_answers: Callable[[], bool]
    tor_silent: Callable[[], Sequence[str]]
    domain_of: Callable[[str], str]
    renders: RenderLimits
    render_journal: Path
    worker: str = "crawl"
    clock: Clock = utc_now


@dataclass(frozen=True, slots=True)
class Listeners:
    """Whom the writer tells; called in the reactor's thread through ``post``.

    ``jobs`` are to be fetched; ``stored`` gives jobs and bytes that are in the record now;
    ``enough`` says that nothing more is to be begun, ``given_up`` that nothing more is of one
    host: what waits comes back through ``put``. ``ended`` comes last, with the exit code and what
    went wrong.
    """

    post: Callable[..., object]
    jobs: Callable[[list[Job]], None]
    stored: Callable[[int, int], None]
    enough: Callable[[], None]
    given_up: Callable[[str], None]
    ended: Callable[[int, str], None]


class Writer:
    """Start it, ``put`` what comes back, and wait for ``ended``; or ``stop`` it before."""

    def __init__(self, orders: Orders, journal: RequestJournal, listeners: Listeners) -> None:
        self._orders = orders
        self._journal = journal
        self._tell = listeners
        self._queue: queue.SimpleQueue[Fetch | Returned | None] = queue.SimpleQueue()
        self._had_enough = False
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._readers = Readers(orders.reader, orders.readers)
        self._frontier: Frontier
        self._onions: Onions
        self._renders: Renders
        self._evidence = EvidenceWriter(
            orders.evidence_root,
            orders.run_id,
            orders.worker,
            "pages",
            rotate_bytes=orders.rotate_bytes,
        )

    def start(self) -> None:
        self._thread.start()

    def put(self, fetch: Fetch | Returned) -> None:
        """Hand over what came back of a job."""
        self._queue.put(fetch)

    def stop(self) -> None:
        """Store what was put so far and end. Does not wait."""
        self._queue.put(None)

    def join(self) -> None:
        self._thread.join()

    def _run(self) -> None:
        code, error = FAILED, ""
        try:
            code = self._work()
        except InputError as refused:
            code, error = REFUSED, str(refused)
        except NarcowatchError as failed:
            error = str(failed)
        except Exception as failed:
            log.exception("the crawl's writer failed")
            error = f"{type(failed).__name__}: {failed}"
        self._readers.close()
        try:
            self._evidence.close()
        except OSError as failed:
            code, error = FAILED, error or f"closing the evidence: {failed}"
        finally:
            connections.close_all()
            self._tell.post(self._tell.ended, code, error)

    def _work(self) -> int:
        planner = self._open()
        stopped = False
        while self._top_up():
            batch = self._batch(wait=not self._readers.busy)
            stopped = stopped or None in batch
            # While one batch is being read, the one before is stored.
            readings = self._readers.receive()
            if fetches := self._arrived(batch):
                self._readers.send(fetches)
            if readings:
                self._store(readings, planner)
            if stopped and not self._readers.busy:
                return STOPPED
        stock.note_elsewhere(self._orders.run_id, self._orders.render_journal)
        self._renders.close()
        self._frontier.close()
        return DONE

    def _arrived(self, batch: Sequence[Fetch | Returned | None]) -> list[Fetch]:
        """Tell the frontier of what has come back. Returns what is to be read."""
        fetches = [fetch for fetch in batch if isinstance(fetch, Fetch)]
        for fetch in fetches:
            self._frontier.arrived(fetch)
        for returned in batch:
            if isinstance(returned, Returned):
                self._frontier.put_back(returned)
        return fetches

    def _open(self) -> Planner:
        orders = self._orders
        self._readers.begin()
        self._frontier = Frontier(
            orders.run_id, orders.limits, orders.user_agent, orders.order, clock=orders.clock
        )
        self._onions = Onions(self._frontier, orders.tor, orders.tor_answers, orders.tor_silent)
        self._renders = Renders(self._frontier, orders.renders)
        self._frontier.open()
        lost = count_lost(orders.run_id, STAGE, self._journal.read())
        lost += stock.take_stock(orders.run_id, orders.render_journal)
        if lost:
            log.warning("run %s: %s requests were lost so far", orders.run_id, lost)
        self._onions.open()
        self._renders.open()
        if orders.limits.obey_robots:
            for site in self._frontier.sites.values():
                robots.reload(orders.run_id, site, orders.evidence_root)
        adopter = Adopter(self._frontier, orders.domain_of, tor=self._onions.up)
        adopter.open()
        self._readers.ready()
        self._frontier.begin()
        return Planner(self._frontier, orders.platforms, adopter, self._renders)

    def _top_up(self) -> bool:
        """Hand out what there is room for. Returns whether there is or will be any to wait for."""
        over = self._frontier.over
        jobs = self._frontier.take()
        if not over:
            jobs.extend(self._renders.take())
        if jobs:
            self._tell.post(self._tell.jobs, jobs)
        if over and not self._had_enough:
            log.info("run %s: %s", self._orders.run_id, over)
            self._had_enough = True
            self._tell.post(self._tell.enough)
        return self._frontier.out > 0 or self._frontier.rest_s is not None

    def _batch(self, *, wait: bool) -> list[Fetch | Returned | None]:
        """What has come back by now. At least one where it is to ``wait``, unless there is other
        work before."""
        batch: list[Fetch | Returned | None] = []
        if wait:
            try:
                longest = None if self._had_enough else self._frontier.wait_s
                batch.append(self._queue.get(timeout=longest))
            except queue.Empty:
                return []
        while len(batch) < _BATCH and None not in batch[-1:]:
            try:
                batch.append(self._queue.get_nowait())
            except queue.Empty:
                break
        return batch

    def _store(self, readings: Sequence[Reading], planner: Planner) -> None:
        readings = [self._judged(reading) for reading in readings]
        plans = [
            planner.plan(reading) for reading in readings if reading.outcome is not Outcome.TOR_DOWN
        ]
        plans.extend(
            Plan(reading, reading.record(reading.detail, ()))
            for reading in readings
            if reading.outcome is Outcome.TOR_DOWN and reading.fetch.attempts
        )
        intake.store(
            self._orders.run_id,
            STAGE,
            [plan.record for plan in plans if plan.record is not None],
            self._evidence,
            also=lambda: self._write_frontier(planner, plans),
            clock=self._orders.clock,
        )
        self._onions.note_silent()
        for reading in readings:
            fetch = reading.fetch
            self._frontier.settle(fetch.job, reading.outcome)
            if fetch.job.why == ROBOTS and self._orders.limits.obey_robots:
                robots.take_in(self._frontier.sites[reading.fetch.job.site], reading)
        self._give_up_closed({reading.fetch.job.site for reading in readings})
        size = sum(len(reading.fetch.body) for reading in readings)
        self._tell.post(self._tell.stored, len(readings), size)

    def _give_up_closed(self, keys: Iterable[TargetKey]) -> None:
        """Have what waits of sites that are closed now given back instead of fetched."""
        for key in keys:
            site = self._frontier.sites[key]
            if site.closed and site.out and not site.single:
                self._tell.post(self._tell.given_up, key.value)

    def _judged(self, reading: Reading) -> Reading:
        if reading.outcome is Outcome.TOR_DOWN and not self._onions.lost():
            return replace(reading, outcome=Outcome.ONION_DOWN)
        return reading

    def _write_frontier(self, planner: Planner, plans: Sequence[Plan]) -> None:
        jobs = [plan.job for plan in plans]
        mark_done(plan.job for plan in plans if not plan.render)
        due.mark(plan.job.entry for plan in plans if plan.render)
        self._frontier.note_use(jobs)
        planner.commit(plans)
