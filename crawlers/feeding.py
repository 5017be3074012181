"""Which of the jobs handed out may be fetched now. For the reactor's thread; knows no Scrapy.

The one place that decides when a fetch starts: Scrapy's own delays and limits are off.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from typing import Protocol

from crawlers.fetches import Job
from crawlers.pacing import Pacer
from domain.targets import host_of

_Entry = tuple[float, int, Job]


class Timer(Protocol):
    """A call that was put off."""

    def cancel(self) -> object: ...

    def active(self) -> bool: ...


class Feeder:
    """Starts jobs best first, a bounded number at a time, each host at the pace of ``pacer``.

    ``begin`` is called for each job to be fetched. ``unstored_bytes`` bounds what has come back
    and is not in the record yet: beyond it nothing new is begun, so a slow disk slows the crawl
    instead of filling the memory. ``call_later`` and ``monotonic`` are the reactor's.
    """

    def __init__(
        self,
        begin: Callable[[Job], None],
        pacer: Pacer,
        *,
        concurrency: int,
        call_later: Callable[[float, Callable[[], None]], Timer],
        monotonic: Callable[[], float],
        unstored_bytes: int = 64_000_000,
    ) -> None:
        self._begin = begin
        self._pacer = pacer
        self._concurrency = concurrency
        self._call_later = call_later
        self._monotonic = monotonic
        self._unstored_limit = unstored_bytes
        self._waiting: dict[str, list[_Entry]] = {}
        self._later: list[_Entry] = []
        self._numbers = 0
        self._under_way = 0
        self._unstored = 0
        self._closed = False
        self._timer: Timer | None = None

    @property
    def under_way(self) -> int:
        """Jobs begun that have not come back."""
        return self._under_way

    def offer(self, jobs: Iterable[Job]) -> None:
        """Take jobs in: of each host the best first, then in the order given."""
        for job in jobs:
            self._push(job)
        self._pump()

    def came_back(self, job: Job, size: int) -> None:
        """A job's fetch has ended and ``size`` bytes of it are on the way to the record."""
        self._end(job)
        self._unstored += size
        self._pump()

    def again(self, job: Job, wait_s: float) -> None:
        """A try has ended and the next one is not to start before ``wait_s`` seconds."""
        self._end(job)
        heapq.heappush(self._later, (self._monotonic() + wait_s, self._number(), job))
        self._pump()

    def stored(self, _jobs: int, size: int) -> None:
        """Jobs of ``size`` bytes have reached the record."""
        self._unstored -= size
        self._pump()

    def kept(self, size: int) -> None:
        """``size`` bytes of a job that was waiting are on the way to the record."""
        self._unstored += size

    def take_back(self, host: str | None = None) -> list[Job]:
        """Give up the jobs that wait to be begun: those of ``host``, or all."""
        given_up = [
            entry[2]
            for name, entries in self._waiting.items()
            if host in (None, name)
            for entry in entries
        ]
        if host is None:
            given_up += [entry[2] for entry in self._later]
            self._later.clear()
            self._waiting.clear()
        else:
            self._waiting.pop(host, None)
        return given_up

    def close(self) -> None:
        """Begin nothing any more; what waits stays in the frontier."""
        self._closed = True
        self._waiting.clear()
        self._later.clear()
        self._sleep_until(None)

    def _end(self, job: Job) -> None:
        self._under_way -= 1
        self._pacer.ended(host_of(job.url))

    def _number(self) -> int:
        self._numbers += 1
        return self._numbers

    def _push(self, job: Job) -> None:
        queue = self._waiting.setdefault(host_of(job.url), [])
        heapq.heappush(queue, (-job.priority, self._number(), job))

    def _pump(self) -> None:
        now = self._monotonic()
        while self._later and self._later[0][0] <= now:
            self._push(heapq.heappop(self._later)[2])
        wake: float | None = None
        while (
            not self._closed
            and self._under_way < self._concurrency
            and self._unstored <= self._unstored_limit
        ):
            host, wake = self._best(now)
            if host is None:
                break
            self._start(host, now)
        if self._later:
            wake = min(self._later[0][0], self._later[0][0] if wake is None else wake)
        self._sleep_until(None if self._closed else wake)

    def _best(self, now: float) -> tuple[str | None, float | None]:
        """The host whose first job is the best that may start, or when the next one may."""
        best: str | None = None
        wake: float | None = None
        for host, queue in self._waiting.items():
            due = self._pacer.due(host)
            if due is None:
                continue
            if due > now:
                wake = due if wake is None else min(wake, due)
            elif best is None or queue[0] < self._waiting[best][0]:
                best = host
        return best, wake

    def _start(self, host: str, now: float) -> None:
        queue = self._waiting[host]
        job = heapq.heappop(queue)[2]
        if not queue:
            del self._waiting[host]
        self._under_way += 1
        self._pacer.begun(host, now)
        self._begin(job)

    def _sleep_until(self, wake: float | None) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = None
        if wake is not None:
            self._timer = self._call_later(max(0.0, wake - self._monotonic()), self._pump)
