"""What a run knows of one of its sites while it crawls: budgets, failures, what is under way."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from protego import Protego

from crawlers.focus import Yield
from crawlers.limits import Limits
from domain.candidates import Why
from domain.captures import Outcome
from domain.targets import TargetKey, TargetKind

#: A name without an address, or with a forbidden one, will not get one in the same night.
_FINAL = {Outcome.DNS: "no address", Outcome.ADDRESS_REFUSED: "address refused"}
_FAILURES = frozenset(
    {
        Outcome.TIMEOUT,
        Outcome.CONNECTION,
        Outcome.ONION_DOWN,
        Outcome.FAILED,
        Outcome.THROTTLED,
        Outcome.HEADER_FLOOD,
    }
)
#: Why a source is looked at that was named beforehand; all others were found on the way.
ASKED_FOR = frozenset({Why.SEED, Why.SEARCH, Why.RECHECK, Why.TIP})


@dataclass(slots=True)
class Site:
    """A source of the run. ``pages`` were fetched, ``out`` are on their way, ``known`` are in the
    frontier in whatever state; ``closed`` says why no more of it is fetched, ``emptied`` that
    nothing of it is queued any more; ``robots_due`` that its robots.txt comes first,
    ``icon_asked`` that its icon is in the frontier or will not be. ``busy_s``
    seconds fetches of it were under way in all starts of the run, ``busy_until`` (monotonic) is
    the end of the last one: what waits its turn uses up none of a site's time.
    Nothing of it is handed out before ``paused_until``: it asked for a pause.
    ``asked_for`` says that it was named beforehand, or is where such a source redirects to;
    ``given`` is what its pages were worth.
    """

    id: int
    key: TargetKey
    why: Why
    entry: str
    hops: int = 0
    pages: int = 0
    out: int = 0
    known: int = 0
    brought: int = 0
    failed_in_a_row: int = 0
    busy_s: float = 0.0
    busy_until: float = -math.inf
    paused_until: float = 0.0
    asked_for: bool = False
    closed: str = ""
    robots: Protego | None = None
    robots_due: bool = False
    icon_asked: bool = False
    emptied: bool = False
    given: Yield = field(default_factory=Yield)

    @property
    def single(self) -> bool:
        """Whether one URL alone is looked at: a result page, a page on a platform."""
        return self.key.kind is TargetKind.URL

    @property
    def is_onion(self) -> bool:
        return self.key.kind is TargetKind.ONION

    def budget(self, limits: Limits) -> int:
        """Pages that may be fetched of it: fewer where this crawl found it on the way, more for
        each page that sells."""
        start = limits.max_pages_per_site
        if self.hops and not self.asked_for:
            start = min(limits.max_pages_per_new_site, start)
        grown = start + self.given.selling * limits.pages_per_selling_page
        return max(start, min(grown, limits.max_pages_per_selling_site))

    def was_busy(self, began: float, ended: float) -> None:
        """A fetch of it was under way; the time of several at once counts once. To be called in
        the order in which they end."""
        self.busy_s += max(0.0, ended - max(began, self.busy_until))
        self.busy_until = max(self.busy_until, ended)

    def room(self, limits: Limits, now: float) -> int:
        """Pages that may be handed out now; sets ``closed`` where a budget is used up."""
        if self.closed:
            return 0
        if self.busy_s > limits.minutes_per_site * 60:
            self.closed = "time budget"
            return 0
        left = self.budget(limits) - self.pages - self.out
        if left <= 0:
            self.closed = "page budget" if self.out == 0 else ""
            return 0
        if now < self.paused_until:
            return 0
        if self.robots_due:
            return 1 - self.out
        at_once = outstanding_per_site(limits)
        if self.failed_in_a_row:  # no more than it takes to know that it is down
            at_once = min(at_once, limits.failures_per_site - self.failed_in_a_row)
        return min(left, at_once - self.out)

    def ended(self, outcome: Outcome, limits: Limits) -> None:
        """Take in how one of its fetches ended."""
        self.out -= 1
        self.pages += 1
        if outcome in _FINAL:
            self.closed = self.closed or _FINAL[outcome]
        self.failed_in_a_row = self.failed_in_a_row + 1 if outcome in _FAILURES else 0
        if self.failed_in_a_row >= limits.failures_per_site:
            throttled = outcome is Outcome.THROTTLED
            self.closed = self.closed or ("throttled" if throttled else "site down")

    def allows(self, url: str, user_agent: str) -> bool:
        """Whether its robots.txt, where one was read, lets ``url`` be fetched."""
        return self.robots is None or bool(self.robots.can_fetch(url, user_agent))


def outstanding(limits: Limits) -> int:
    """Jobs handed out at a time, whether fetched yet or waiting to be stored."""
    return limits.concurrency * 4


def outstanding_per_site(limits: Limits) -> int:
    return max(8, limits.concurrency_per_host * 4)


def rest_of(sites: Iterable[Site], now: float) -> float | None:
    """Seconds until the first of ``sites`` that pauses may be asked again; None if none does."""
    pauses = (site.paused_until - now for site in sites if not site.closed)
    return min((pause for pause in pauses if pause > 0), default=None)
