"""How a crawl treats a host, as the host's own server sees it."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from tests.crawlers.crawling import Place
from tests.crawlers.servers import Asked, PageMaker, Reply, Web, html, links

PATHS = [f"/page-{word}" for word in ("tea", "salt", "rope", "bread", "glass", "stone", "wool")]


class Timed:
    """Pages that note when they were asked for; the first ``refused`` of them are refused."""

    def __init__(self, refused: int = 0, status: int = 429, retry_after: str = "") -> None:
        self.at: dict[str, list[float]] = defaultdict(list)
        self.refusals: list[float] = []
        self._left, self._status, self._retry_after = refused, status, retry_after

    def __call__(self, asked: Asked) -> Reply:
        now = time.monotonic()
        self.at[asked.path].append(now)
        if asked.path != "/" and self._left > 0:
            self._left -= 1
            self.refusals.append(now)
            headers = {"Retry-After": self._retry_after} if self._retry_after else {}
            return Reply("<p>too many requests", self._status, headers)
        return html(links(*PATHS) if asked.path == "/" else f"this is {asked.path}")

    @property
    def times(self) -> list[float]:
        return sorted(when for times in self.at.values() for when in times)


def site(web: Web, host: str, pages: PageMaker) -> None:
    web.pages[host] = pages


def test_requests_to_one_host_are_spread_over_time(web: Web, place: Callable[..., Place]) -> None:
    pages = Timed()
    site(web, "calm.test", pages)
    at = place(CRAWL__DELAY_S="0.4")
    run = at.begin("http://calm.test/")
    at.crawl(run)
    assert len(pages.times) == 1 + len(PATHS)
    assert pages.times[-1] - pages.times[0] > 0.9 * 0.4 * len(PATHS)


def test_a_host_that_asks_for_a_pause_gets_it_and_others_do_not_wait(
    web: Web, place: Callable[..., Place]
) -> None:
    busy, other = Timed(refused=1, retry_after="3"), Timed()
    site(web, "busy.test", busy)
    site(web, "other.test", other)
    at = place(CRAWL__CONCURRENCY_PER_HOST="1")
    run = at.begin("http://busy.test/", "http://other.test/")
    at.crawl(run)
    assert set(at.outcomes(run).values()) == {"ok"}
    (refused,) = busy.refusals
    assert min(when for when in busy.times if when > refused) >= refused + 3
    assert other.times[-1] < refused + 3
    assert at.counts(run, "retried") == {"status 429": 1}
    assert at.requests(run) == web.served.total() == 2 * (1 + len(PATHS)) + 1


def test_a_pause_may_be_asked_for_as_a_date(web: Web, place: Callable[..., Place]) -> None:
    when = format_datetime(datetime.now(UTC) + timedelta(hours=2), usegmt=True)
    pages = Timed(refused=1, status=503, retry_after=when)
    site(web, "later.test", pages)
    at = place(CRAWL__CONCURRENCY_PER_HOST="1")
    run = at.begin("http://later.test/")
    at.crawl(run)
    assert at.counts(run, "dropped") == {"asks for a longer pause": len(PATHS) - 1}
    assert len(pages.times) == 2


def test_a_host_that_asks_for_more_than_a_crawl_can_wait_is_left_and_counted(
    web: Web, place: Callable[..., Place]
) -> None:
    site(web, "shut.test", Timed(refused=99, retry_after="86400"))
    site(web, "open.test", Timed())
    at = place(CRAWL__CONCURRENCY_PER_HOST="1")
    run = at.begin("http://shut.test/", "http://open.test/")
    at.crawl(run)
    outcomes = at.outcomes(run)
    assert sorted(outcomes.values()) == ["ok"] * (2 + len(PATHS)) + ["throttled"]
    assert at.counts(run, "dropped") == {"asks for a longer pause": len(PATHS) - 1}
    assert at.counts(run, "retried") == {}
    assert at.requests(run) == web.served.total() == 3 + len(PATHS)


def test_a_host_that_goes_on_refusing_is_given_up(web: Web, place: Callable[..., Place]) -> None:
    many = [f"/{a}{b}" for a in "abcdef" for b in "klmnop"]
    web.site(
        "never.test",
        {"/": html(links(*many))} | {path: Reply("<p>too many", 429) for path in many},
    )
    at = place(CRAWL__TRIES="1", CRAWL__FAILURES_PER_SITE="2", CRAWL__CONCURRENCY_PER_HOST="1")
    run = at.begin("http://never.test/")
    at.crawl(run)
    refused = list(at.outcomes(run).values()).count("throttled")
    assert 2 <= refused <= 8, "what was handed out before it was known"
    assert at.counts(run, "dropped") == {"throttled": len(many) - refused}


def test_in_a_long_pause_the_hosts_pages_make_room_for_others(
    web: Web, place: Callable[..., Place]
) -> None:
    """Longer than jobs are held: they go back to the frontier and come again."""
    busy = Timed(refused=1, retry_after="21")
    site(web, "busy.test", busy)
    site(web, "other.test", Timed())
    at = place(CRAWL__CONCURRENCY_PER_HOST="1", CRAWL__CONCURRENCY="1")
    run = at.begin("http://busy.test/", "http://other.test/")
    at.crawl(run)
    assert list(at.outcomes(run).values()) == ["ok"] * 2 * (1 + len(PATHS))
    (refused,) = busy.refusals
    assert min(when for when in busy.times if when > refused) >= refused + 21
    assert at.requests(run) == web.served.total()
