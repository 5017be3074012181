"""A crawl that is killed and started again: nothing lost or doubled, every request counted."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from itertools import product
from string import ascii_lowercase

from tests.crawlers.crawling import Place
from tests.crawlers.servers import Asked, Reply, Web, html, links

PAGES = 120
#: Names that differ in letters: pages that differ in numbers alone are taken for a trap.
spelled = ["/", *("/" + "".join(pair) for pair in product(ascii_lowercase, repeat=2))]


def slow_site(asked: Asked) -> Reply:
    """A tree of pages, each answered after a while."""
    time.sleep(0.03)
    number = spelled.index(asked.path)
    below = [spelled[n] for n in range(number * 3 + 1, number * 3 + 4) if n < PAGES]
    return html(links(*below), title=f"Page {number}")


def kill_after(web: Web, child: subprocess.Popen[str], served: int) -> None:
    deadline = time.monotonic() + 60
    while web.served.total() < served:
        assert child.poll() is None, child.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.005)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.communicate()
    time.sleep(0.3)  # what was on its way still reaches the server


def test_a_killed_crawl_goes_on_where_the_record_ends(
    web: Web, place: Callable[..., Place]
) -> None:
    hosts = ("one.test", "two.test")
    for host in hosts:
        web.pages[host] = slow_site
    at = place()
    run = at.begin(*(f"http://{host}/" for host in hosts))
    for goal in (40, 120):
        kill_after(web, at.start(run), goal)
        stored = at.captures(run)
        assert stored
        before = {url: web.served[url] for url in stored}
        if goal == 120:
            break
    at.crawl(run)
    captures = at.captures(run)
    assert {u: web.served[u] for u in before} == before, "what is stored is not fetched again"
    assert len(captures) == PAGES * len(hosts)
    assert {row["outcome"] for row in captures.values()} == {"ok"}
    refetched = at.counts(run, "refetched").total()
    assert refetched > 0
    assert web.served.total() == sum(row["requests"] for row in captures.values()) + refetched
    at.crawl(run)
    assert at.counts(run, "refetched").total() == refetched, "counted once and no more"


def spent(at: Place, run: int) -> float:
    """Seconds that the record says were given to the one site of a run."""
    (row,) = at.rows("select seconds from crawlers_sitevisit where run_id = ?", run)
    return float(row["seconds"])


def test_the_time_given_to_a_site_is_counted_over_all_starts(
    web: Web, place: Callable[..., Place]
) -> None:
    web.pages["one.test"] = slow_site
    at = place()
    run = at.begin("http://one.test/")
    kill_after(web, at.start(run), 20)
    first = spent(at, run)
    assert first > 0
    kill_after(web, at.start(run), 60)
    second = spent(at, run)
    assert second > first
    at.settings["NARCOWATCH_CRAWL__MINUTES_PER_SITE"] = str((first + second) / 2 / 60)
    served = web.served.total()
    at.crawl(run)
    assert web.served.total() == served, "what was left of its time had been used up before"
    assert at.counts(run, "dropped")["time budget"] > 0
    assert at.rows("select * from cases_runsource where done = 0") == []


def test_the_sites_that_one_site_brings_in_are_counted_over_all_starts(
    web: Web, place: Callable[..., Place]
) -> None:
    found = [f"http://{name}-found.test/" for name in ("tea", "salt", "rope", "wool")]

    def hub(asked: Asked) -> Reply:
        if asked.path == "/":
            return html(links(*found[:2], *spelled[1:4]))
        return html(links(*found[2:])) if asked.path == spelled[PAGES - 1] else slow_site(asked)

    web.pages["hub.test"] = hub
    at = place(CRAWL__MAX_NEW_SITES_PER_SITE="2")
    run = at.begin("http://hub.test/")
    kill_after(web, at.start(run), 20)
    at.crawl(run)
    assert {url for url in found if url in at.captures(run)} == set(found[:2])
    assert at.counts(run, "skipped") == {"too many sites of one parent": 2}


def test_lost_requests_are_counted_for_their_own_source(
    web: Web, place: Callable[..., Place]
) -> None:
    web.pages["one.test"] = slow_site
    at = place()
    run = at.begin("http://one.test/")
    kill_after(web, at.start(run), 10)
    at.crawl(run)
    rows = at.rows("select source, n from cases_runcount where name = 'refetched'")
    assert [row["source"] for row in rows] == ["host:one.test"]


def test_a_stopped_crawl_stores_what_came_and_says_that_it_is_not_done(
    web: Web, place: Callable[..., Place]
) -> None:
    web.pages["one.test"] = slow_site
    at = place()
    run = at.begin("http://one.test/")
    child = at.start(run)
    while web.served.total() < 20:
        time.sleep(0.01)
    child.terminate()
    _, errors = child.communicate(timeout=30)
    assert child.returncode == 130, errors
    assert at.requests(run) == web.served.total()
    assert at.rows("select * from cases_runsource where done = 1") == []
    at.crawl(run)
    assert len(at.captures(run)) == PAGES
    assert at.requests(run) == web.served.total()


def test_when_the_record_cannot_be_written_the_crawl_stops_loudly_and_loses_nothing(
    web: Web, place: Callable[..., Place]
) -> None:
    web.pages["one.test"] = slow_site
    at = place()
    run = at.begin("http://one.test/")
    at.rows("select 1")
    with at.database() as database:
        database.execute(
            "create trigger full before insert on cases_capture when"
            " (select count(*) from cases_capture) >= 12"
            " begin select raise(abort, 'disk full'); end"
        )
    errors = at.crawl(run, code=1)
    assert "disk full" in errors
    stored = at.captures(run)
    assert 0 < len(stored) <= 12
    with at.database() as database:
        database.execute("drop trigger full")
    at.crawl(run)
    assert len(at.captures(run)) == PAGES
    assert at.requests(run) == web.served.total()


def test_two_crawls_of_one_run_are_refused(web: Web, place: Callable[..., Place]) -> None:
    web.pages["one.test"] = slow_site
    at = place(CRAWL__DELAY_S="0.2")
    run = at.begin("http://one.test/")
    child = at.start(run)
    while web.served.total() < 3:
        time.sleep(0.01)
    assert "another process" in at.crawl(run, code=2)
    assert child.poll() is None
    child.kill()
    child.communicate()


def test_a_run_that_does_not_exist_is_refused(place: Callable[..., Place]) -> None:
    at = place()
    assert "there is no run 77" in at.crawl(77, code=2)
