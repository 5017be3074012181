"""Which of the jobs handed out may be fetched now. For the reactor's thread; knows no Scrapy."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable

from crawlers.fetches import Job
from domain.targets import TargetKey


class Feeder:
    """Starts jobs best first, a bounded number at a time and for each site.

    ``begin`` is called for each job to be fetched. ``unstored_bytes`` bounds what has come back
    and is not in the record yet: beyond it nothing new is begun, so a slow disk slows the crawl
    instead of filling the memory.
    """

    def __init__(
        self,
        begin: Callable[[Job], None],
        *,
        concurrency: int,
        per_site: int,
        unstored_bytes: int = 64_000_000,
    ) -> None:
        self._begin = begin
        self._concurrency = concurrency
        self._per_site = per_site
        self._unstored_limit = unstored_bytes
        self._waiting: dict[TargetKey, deque[Job]] = {}
        self._under_way: Counter[TargetKey] = Counter()
        self._unstored = 0
        self._closed = False

    @property
    def under_way(self) -> int:
        """Jobs begun that have not come back."""
        return self._under_way.total()

    def offer(self, jobs: Iterable[Job]) -> None:
        """Take jobs in, each site's in the order given."""
        for job in jobs:
            self._waiting.setdefault(job.site, deque()).append(job)
        self._pump()

    def came_back(self, job: Job, size: int) -> None:
        """A job's fetch has ended and ``size`` bytes of it are on the way to the record."""
        self._under_way[job.site] -= 1
        if not self._under_way[job.site]:
            del self._under_way[job.site]
        self._unstored += size
        self._pump()

    def stored(self, _jobs: int, size: int) -> None:
        """Jobs of ``size`` bytes have reached the record."""
        self._unstored -= size
        self._pump()

    def close(self) -> None:
        """Begin nothing any more; what waits stays in the frontier."""
        self._closed = True
        self._waiting.clear()

    def _pump(self) -> None:
        while (
            not self._closed
            and self.under_way < self._concurrency
            and self._unstored <= self._unstored_limit
            and (job := self._next()) is not None
        ):
            self._under_way[job.site] += 1
            self._begin(job)

    def _next(self) -> Job | None:
        ready = [
            jobs[0]
            for site, jobs in self._waiting.items()
            if self._under_way[site] < self._per_site
        ]
        if not ready:
            return None
        best = max(ready, key=lambda job: job.priority)
        jobs = self._waiting[best.site]
        jobs.popleft()
        if not jobs:
            del self._waiting[best.site]
        return best
