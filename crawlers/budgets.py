"""What a whole crawl may use up, over all its starts: bytes, minutes, and the night itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crawlers.limits import Limits
from crawlers.models import CrawlUse
from domain.clock import Clock
from domain.nights import BYTES, MINUTES, NIGHT, end_of


@dataclass(slots=True)
class RunBudget:
    """``before_s`` seconds were used in earlier starts of the run, ``received`` bytes in all;
    ``began`` is when this start began (monotonic), ``ends`` when the night does."""

    limits: Limits
    clock: Clock
    began: float
    before_s: float = 0.0
    received: int = 0
    ends: datetime | None = None

    def load(self, run_id: int, started: datetime) -> None:
        """Take in what earlier starts of the run noted; it was begun at ``started``."""
        self.ends = end_of(started, *self.limits.night_ends)
        row = CrawlUse.objects.filter(run_id=run_id).first()
        if row is not None:
            self.before_s, self.received = row.seconds, row.received

    def note(self, run_id: int, now: float) -> None:
        """Note what is used up. Call it in the transaction that stores the pages."""
        used = {"seconds": self._seconds(now), "received": self.received}
        CrawlUse.objects.update_or_create(run_id=run_id, defaults=used)

    def over(self, now: float) -> str:
        """Why nothing new may be fetched at ``now`` (monotonic), or an empty string."""
        limits = self.limits
        if self.ends is not None and self.clock() >= self.ends:
            return NIGHT
        if limits.max_minutes is not None and self._seconds(now) >= limits.max_minutes * 60:
            return MINUTES
        if limits.max_bytes is not None and self.received >= limits.max_bytes:
            return BYTES
        return ""

    def wait_s(self, now: float, rest_s: float | None) -> float | None:
        """Seconds in which something is to be done although nothing comes back: ``rest_s``, or
        until the time of the crawl is over. None for never."""
        waits = [] if rest_s is None else [rest_s]
        if self.ends is not None:
            waits.append((self.ends - self.clock()).total_seconds())
        if self.limits.max_minutes is not None:
            waits.append(self.limits.max_minutes * 60 - self._seconds(now))
        return max(0.0, min(waits)) if waits else None

    def _seconds(self, now: float) -> float:
        return self.before_s + now - self.began
