"""What is under way of each job: how often it was tried, and what it comes to if it ends now."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from crawlers.fetches import Fetch, Job
from crawlers.sending import SentLedger


@dataclass(slots=True)
class _Try:
    wire_url: str
    began: float | None = None
    spans: tuple[tuple[float, float], ...] = ()
    retried: tuple[str, ...] = ()
    last: Fetch | None = None


class Tries:
    """Keeps the tries of each job from its first request until its fetch is handed over."""

    def __init__(
        self, ledger: SentLedger, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._ledger = ledger
        self._monotonic = monotonic
        self._tries: dict[int, _Try] = {}

    def begin(self, job: Job, wire_url: str) -> None:
        """A try of ``job`` begins; ``wire_url`` is how its requests write the URL."""
        self._ledger.register(wire_url, job.url)
        self._tries.setdefault(job.entry, _Try(wire_url)).began = self._monotonic()

    def retried(self, job: Job) -> tuple[str, ...]:
        """Why earlier tries of ``job`` were not the last."""
        known = self._tries.get(job.entry)
        return known.retried if known else ()

    def again(self, fetch: Fetch, reason: str) -> None:
        """``fetch``, a try's end, is followed by another try for ``reason``."""
        known = self._tries[fetch.job.entry]
        self._end(known)
        known.retried = (*known.retried, reason)
        known.last = fetch

    def finish(self, fetch: Fetch) -> Fetch:
        """``fetch`` is the end of its job: returns it with what all tries took."""
        known = self._tries.pop(fetch.job.entry)
        self._end(known)
        received = self._ledger.bytes_of(known.wire_url)
        attempts = self._ledger.settle(known.wire_url)
        return replace(fetch, attempts=attempts, received=received, spans=known.spans)

    def _end(self, known: _Try) -> None:
        """The try under way, if one is, has ended."""
        if known.began is not None:
            known.spans = (*known.spans, (known.began, self._monotonic()))
            known.began = None

    def give_up(self, jobs: Iterable[Job]) -> tuple[list[Job], list[Fetch]]:
        """Of ``jobs`` that are not tried any more: those never tried, and how the others end."""
        fresh: list[Job] = []
        ended: list[Fetch] = []
        for job in jobs:
            known = self._tries.get(job.entry)
            if known is None or known.last is None:
                fresh.append(job)
            else:
                # Its last reason was for a try that does not come.
                ended.append(self.finish(replace(known.last, retried=known.retried[:-1])))
        return fresh, ended

    def received(self, job: Job) -> int:
        """Bytes that have come for ``job`` so far."""
        return self._ledger.bytes_of(self._tries[job.entry].wire_url)

    def tried(self, job: Job) -> bool:
        """Whether something was sent or failed for ``job`` already."""
        return job.entry in self._tries
