"""The bounds of a crawl are the operator's: each is a setting, and the crawl keeps to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from urllib.parse import urlsplit

from tests.crawlers.crawling import Place
from tests.crawlers.servers import Web, html, links

WORDS = ["tea", "salt", "rope", "bread", "glass", "stone"]


def pages_by_host(at: Place, run: int) -> Counter[str]:
    return Counter(urlsplit(url).hostname or "" for url in at.captures(run))


def test_a_site_found_on_the_way_gets_the_pages_it_is_given(
    web: Web, place: Callable[..., Place]
) -> None:
    pages = {f"/{word}": html(f"about {word}") for word in WORDS}
    web.site("found.test", {"/": html(links(*pages)), **pages})
    web.site("hub.test", {"/": html(links("http://found.test/", *pages)), **pages})
    at = place(CRAWL__MAX_PAGES_PER_NEW_SITE="3")
    run = at.begin("http://hub.test/")
    at.crawl(run)
    assert pages_by_host(at, run) == {"hub.test": 7, "found.test": 3}


def test_how_many_sites_one_site_brings_in_and_how_many_names_one_domain_has(
    web: Web, place: Callable[..., Place]
) -> None:
    farm = [f"http://{word}-farm.test/" for word in WORDS]
    wild = [f"http://{word}.wild.test/" for word in WORDS]
    web.site("farmer.test", {"/": html(links(*farm))})
    web.site("names.test", {"/": html(links(*wild))})
    for url in (*farm, *wild):
        web.site(urlsplit(url).hostname or "", {"/": html("one of many")})
    at = place(CRAWL__MAX_NEW_SITES_PER_SITE="4", CRAWL__MAX_HOSTS_PER_DOMAIN="2")
    run = at.begin("http://farmer.test/", "http://names.test/")
    at.crawl(run)
    hosts = pages_by_host(at, run)
    assert sum("-farm" in host for host in hosts) == 4
    assert sum("wild" in host for host in hosts) == 2
    assert at.counts(run, "skipped") == {"too many sites of one parent": 2}
    assert at.counts(run, "dropped") == {"too many names of one domain": 4}


def test_how_far_from_its_sources_a_crawl_goes(web: Web, place: Callable[..., Place]) -> None:
    row = ["one.test", "two.test", "three.test", "four.test"]
    for host, onward in zip(row, [*row[1:], row[0]], strict=True):
        web.site(host, {"/": html(links(f"http://{onward}/"))})
    at = place(CRAWL__MAX_SITE_HOPS="2")
    run = at.begin("http://one.test/")
    at.crawl(run)
    assert set(pages_by_host(at, run)) == {"one.test", "two.test", "three.test"}
    assert at.counts(run, "skipped") == {"too many sites away": 1}


def test_how_many_pages_differ_in_numbers_alone_and_how_many_links_are_read(
    web: Web, place: Callable[..., Place]
) -> None:
    days = {f"/day/{n}": html(f"day {n}") for n in range(9)}
    web.site("calendar.test", {"/": html(links(*days)), **days})
    words = {f"/{word}": html(f"about {word}") for word in WORDS}
    web.site("long.test", {"/": html(links(*words)), **words})
    at = place(CRAWL__MAX_URLS_PER_PATTERN="5", CRAWL__MAX_LINKS_PER_PAGE="5")
    run = at.begin("http://long.test/")
    at.crawl(run)
    assert at.counts(run, "dropped") == {"too many links on one page": 1}
    at = place(CRAWL__MAX_URLS_PER_PATTERN="5")
    run = at.begin("http://calendar.test/")
    at.crawl(run)
    assert at.counts(run, "dropped") == {"pattern budget": 4}


def test_how_often_one_page_is_asked_for_and_when_a_site_is_given_up(
    web: Web, place: Callable[..., Place]
) -> None:
    web.site(
        "down.test",
        {"/": html(links(*(f"/{word}" for word in WORDS)))}
        | {f"/{word}": lambda asked: None for word in WORDS},
    )
    at = place(CRAWL__TRIES="2", CRAWL__FAILURES_PER_SITE="1", CRAWL__CONCURRENCY_PER_HOST="1")
    run = at.begin("http://down.test/")
    at.crawl(run)
    asked = {n for url, n in web.served.items() if url != "http://down.test/"}
    assert asked == {2}
    assert at.outcomes(run)["http://down.test/tea"] == "connection"
