"""Onions go through a SOCKS server alone; Tor that is down is told from an onion that is."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack

from domain.onion import onion_from_public_key
from tests.crawlers.crawling import Place
from tests.crawlers.servers import Asked, Reply, Web, html, links
from tests.crawlers.socks import Socks

UP = onion_from_public_key(b"\1" * 32)
OTHER = onion_from_public_key(b"\2" * 32)
GONE = onion_from_public_key(b"\3" * 32)


def build(web: Web) -> None:
    web.site(
        UP,
        {
            "/": html(links("/a", "/b", f"http://{OTHER}/")),
            "/a": html("page a"),
            "/b": html("page b"),
        },
    )
    web.site(OTHER, {"/": html(links("http://clear.test/"), title="Other")})
    web.site("clear.test", {"/": html(f"named in the text: {GONE} and that is all")})


def test_onions_are_crawled_through_tor_each_with_circuits_of_its_own(
    web: Web, place: Callable[..., Place]
) -> None:
    build(web)
    with Socks({UP: web.port, OTHER: web.port}).running() as tor:
        at = place(TOR__SOCKS=f"127.0.0.1:{tor.port}")
        run = at.begin(f"http://{UP}/")
        at.crawl(run)
    outcomes = at.outcomes(run)
    assert outcomes[f"http://{UP}/a"] == outcomes[f"http://{OTHER}/"] == "ok"
    assert outcomes["http://clear.test/"] == "ok"
    assert outcomes[f"http://{GONE}/"] == "onion_down"
    assert at.captures(run)[f"http://{GONE}/"]["requests"] == 0
    assert at.captures(run)[f"http://{UP}/"]["egress"] == "tor"
    assert at.captures(run)["http://clear.test/"]["egress"] == "direct"
    assert at.requests(run) == web.served.total()
    credentials = {host: (user, password) for user, password, host, _ in tor.asked}
    assert set(credentials) == {UP, OTHER, GONE}, "no clearnet host goes to Tor"
    assert len(set(credentials.values())) == 3, "stream isolation by credentials"


def test_without_tor_the_source_is_counted_and_nothing_hangs(
    web: Web, place: Callable[..., Place]
) -> None:
    build(web)
    at = place()
    run = at.begin(f"http://{UP}/", "http://clear.test/")
    began = time.monotonic()
    at.crawl(run)
    assert time.monotonic() - began < 30
    assert set(at.outcomes(run)) == {"http://clear.test/"}
    rows = at.rows("select source, n from cases_runcount where reason = 'tor_down'")
    assert {row["source"]: row["n"] for row in rows} == {f"onion:{UP}": 1}
    assert at.rows("select * from cases_runsource where done = 0") == []


def test_tor_that_dies_on_the_way_is_told_from_onions_that_are_down(
    web: Web, place: Callable[..., Place]
) -> None:
    with ExitStack() as tor_is_up:
        tor = tor_is_up.enter_context(Socks({UP: web.port}).running())

        def last_page(_: Asked) -> Reply:
            tor_is_up.close()
            return html(links(f"http://{OTHER}/", f"http://{GONE}/"))

        web.site(UP, {"/": last_page})
        at = place(TOR__SOCKS=f"127.0.0.1:{tor.port}")
        run = at.begin(f"http://{UP}/")
        at.crawl(run)
    assert at.outcomes(run) == {f"http://{UP}/": "ok"}
    assert at.counts(run, "failed")["tor_down"] >= 2


def test_an_onion_name_never_reaches_a_resolver_or_the_clearnet_handler(
    web: Web, place: Callable[..., Place]
) -> None:
    web.site("clear.test", {"/": html(links(f"http://{UP}/"))})
    at = place(TOR__ENABLED="off")
    run = at.begin("http://clear.test/")
    at.crawl(run)
    assert set(at.outcomes(run)) == {"http://clear.test/"}
    assert at.counts(run, "skipped") == {"onion service, and Tor is off": 1}


def test_where_tor_is_wanted_in_any_case_its_silence_is_counted_without_onions(
    web: Web, place: Callable[..., Place]
) -> None:
    web.site("clear.test", {"/": html("of the clearnet")})
    at = place(TOR__ENABLED="on")
    run = at.begin("http://clear.test/")
    at.crawl(run)
    rows = at.rows("select source, n from cases_runcount where reason = 'tor_down'")
    assert [tuple(row) for row in rows] == [("", 1)]
