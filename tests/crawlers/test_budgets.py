"""What a whole crawl may take is the operator's: bytes, minutes, the end of the night."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

from tests.crawlers.crawling import Place
from tests.crawlers.servers import Asked, Reply, Web, html, links

NAMES = [f"{a}{b}" for a in "abcdefgh" for b in "klmnop"]
FILLED = "<p>" + "Обычная страница, на которой есть слова. " * 800  # 60 kB


def library(web: Web, host: str = "library.test", pause_s: float = 0.0) -> None:
    def page(asked: Asked) -> Reply:
        time.sleep(pause_s)
        return html(links(*(f"/{name}" for name in NAMES)) if asked.path == "/" else FILLED)

    web.pages[host] = page


def used(at: Place, run: int) -> tuple[float, int]:
    (row,) = at.rows("select seconds, received from crawlers_crawluse where run_id = ?", run)
    return row["seconds"], row["received"]


def finished(at: Place, run: int) -> bool:
    return at.rows("select * from cases_runsource where run_id = ? and done = 0", run) == []


def test_bytes_are_counted_as_they_come_and_end_the_crawl(
    web: Web, place: Callable[..., Place]
) -> None:
    library(web)
    at = place(CRAWL__MAX_BYTES="600000", CRAWL__CONCURRENCY_PER_HOST="2")
    run = at.begin("http://library.test/")
    at.crawl(run)
    sizes = at.rows("select sum(size) n from cases_capture where run_id = ?", run)[0]["n"]
    assert sizes < used(at, run)[1] < sizes + 500 * len(at.captures(run)), "bodies and their heads"
    # eight pages of a site are handed out at a time
    assert 600_000 <= used(at, run)[1] < 600_000 + 9 * 80_000, "what was handed out still came"
    left = 1 + len(NAMES) - len(at.captures(run))
    assert at.counts(run, "dropped") == {"byte budget of the run": left}
    assert at.requests(run) == web.served.total()
    assert finished(at, run)


def test_a_crawl_ends_when_its_minutes_are_over(web: Web, place: Callable[..., Place]) -> None:
    library(web, pause_s=0.5)
    library(web, "second.test", pause_s=0.5)
    at = place(CRAWL__MAX_MINUTES="0.05", CRAWL__CONCURRENCY_PER_HOST="1")
    run = at.begin("http://library.test/", "http://second.test/")
    at.crawl(run)
    assert used(at, run)[0] >= 3
    fetched = len(at.captures(run))
    assert 2 <= fetched <= 2 + 2 * 3 / 0.5 + 2
    assert set(at.outcomes(run).values()) == {"ok"}
    dropped = at.counts(run, "dropped")
    assert dropped == {"time budget of the run": 2 * (1 + len(NAMES)) - fetched}
    assert at.requests(run) == web.served.total()
    assert finished(at, run)


def test_a_page_that_waits_for_its_next_try_ends_with_what_it_came_to(
    web: Web, place: Callable[..., Place]
) -> None:
    web.site("busy.test", {"/": Reply("<p>later", 429, {"Retry-After": "60"})})
    at = place(CRAWL__MAX_MINUTES="0.05")
    run = at.begin("http://busy.test/")
    began = time.monotonic()
    at.crawl(run)
    assert time.monotonic() - began < 50
    assert at.outcomes(run) == {"http://busy.test/": "throttled"}
    assert at.requests(run) == web.served.total() == 1
    assert at.counts(run, "retried") == {}
    assert finished(at, run)


def test_a_crawl_that_is_killed_does_not_begin_with_fresh_budgets(
    web: Web, place: Callable[..., Place]
) -> None:
    library(web, pause_s=0.2)
    at = place(CRAWL__MAX_BYTES="900000", CRAWL__CONCURRENCY_PER_HOST="1")
    run = at.begin("http://library.test/")
    child = at.start(run)
    deadline = time.monotonic() + 60
    while web.served.total() < 8 and time.monotonic() < deadline:
        time.sleep(0.05)
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()
    seconds, received = used(at, run)
    assert received > 100_000
    assert seconds > 0
    at.crawl(run)
    assert used(at, run)[0] > seconds
    stored = at.rows("select sum(size) n from cases_capture where run_id = ?", run)[0]["n"]
    assert 800_000 < stored < 900_000 + 2 * 80_000, "both starts together"
    assert at.requests(run) == web.served.total()


def test_after_the_night_nothing_new_is_fetched(web: Web, place: Callable[..., Place]) -> None:
    library(web)
    at = place(NIGHT__ENDS="06:30", NIGHT__TIMEZONE="Asia/Almaty")
    run = at.begin("http://library.test/")
    with at.database() as database:
        database.execute("update cases_run set started_at = '2026-01-01 20:00:00'")
    at.crawl(run)
    assert web.served.total() == 0
    assert at.counts(run, "dropped") == {"the night is over": 1}
    assert finished(at, run)
