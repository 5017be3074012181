"""Onion pages are rendered through the pool of Tor clients, as they are crawled."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace

from crawlers.rendering.client import Renderer
from crawlers.rendering.orders import End, Rendered, RendererPlan
from net.tor_pool import ranked
from tests.crawlers.crawling import Place
from tests.crawlers.rendering.test_crawl_rendered import pytestmark, rendered, requests, shop
from tests.crawlers.servers import Asked, Reply, Web, html
from tests.crawlers.socks import Socks
from tests.crawlers.test_tor_clients import ONIONS, named, socks, two_clients, where

__all__ = ["pytestmark"]

WAIT_S = 120
PAGE = html("<p>Мёд, 100 тенге<script>fetch('/a.json')</script>")
GOODS = Reply("{}", kind="application/json")


def render(renderer: Renderer, onion: str, circuit: int = 0) -> Rendered:
    url = f"http://{onion}/"
    return renderer.order(url, url, circuit=circuit).result(WAIT_S)


def through(plan: RendererPlan, *clients: str) -> dict[str, object]:
    return {"net": replace(plan.net, tor_socks=clients)}


def test_pages_go_over_the_circuits_of_the_crawl_on_each_onions_own_client(
    web: Web, place: Callable[..., Place]
) -> None:
    for onion in ONIONS[:4]:
        shop(web, onion)
    with two_clients(web) as (one, two):
        at = place(TOR__SOCKS=socks(one, two))
        run = at.begin(*(f"http://{onion}/" for onion in ONIONS[:4]))
        at.crawl(run)
        asked = {where(tor): {(u, p, h) for u, p, h, _ in tor.asked} for tor in (one, two)}
    assert len(rendered(at, run)) == 2 * 4
    assert {row["outcome"] for row in rendered(at, run).values()} == {"ok"}
    for onion in ONIONS[:4]:
        own = ranked([*asked], onion)[0]
        circuits = {
            client: {one for one in found if one[2] == onion} for client, found in asked.items()
        }
        assert circuits[own] == {(onion[:56], f"run-{run}", onion)}, "one circuit for all of it"
        assert all(not found for client, found in circuits.items() if client != own)
    assert requests(at, run) == web.served.total()


def test_a_client_that_is_down_is_skipped_and_named(
    web: Web, plan: RendererPlan, renderer: Callable[..., Renderer]
) -> None:
    with Socks(dict.fromkeys(ONIONS, web.port)).running() as tor:
        dead = next(
            f"127.0.0.1:{n}"
            for n in range(1, 99)
            if ranked([f"127.0.0.1:{n}", where(tor)], ONIONS[0])[0] != where(tor)
        )
        web.site(ONIONS[0], {"/": PAGE, "/a.json": GOODS})
        one = renderer(**through(plan, dead, where(tor)))
        first, second = (render(one, ONIONS[0]) for _ in range(2))
        assert (first.end, first.requests, first.silent) == (End.RENDERED, 2, (dead,))
        assert (second.end, second.silent) == (End.RENDERED, ()), "it is said once"
        assert len(tor.asked) == 4


def test_a_failed_circuit_is_retired_and_the_page_comes_over_another(
    web: Web, plan: RendererPlan, renderer: Callable[..., Renderer]
) -> None:
    onion = ONIONS[0]
    web.site(onion, {"/": PAGE, "/a.json": GOODS})
    with two_clients(web) as (one, two):
        for tor in (one, two):
            tor.refusals[onion] = [0xF2]
        done = render(renderer(**through(plan, where(one), where(two))), onion)
        passwords = [password for tor in (one, two) for _, password, _, _ in tor.asked]
    assert (done.end, done.requests) == (End.RENDERED, 2)
    assert sorted(set(passwords)) == ["test", "test.1", "test.2"]
    assert passwords.count("test.2") == 2, "what works is kept to"


def test_circuits_that_failed_in_the_crawl_are_not_begun_with(
    web: Web, plan: RendererPlan, renderer: Callable[..., Renderer]
) -> None:
    web.site(ONIONS[0], {"/": PAGE, "/a.json": GOODS})
    with two_clients(web) as (one, two):
        made = renderer(**through(plan, where(one), where(two)))
        assert render(made, ONIONS[0], circuit=3).end is End.RENDERED
        assert {password for tor in (one, two) for _, password, _, _ in tor.asked} == {"test.3"}


def test_tor_that_is_down_is_told_apart_from_a_service_that_is(
    web: Web, plan: RendererPlan, renderer: Callable[..., Renderer]
) -> None:
    down = render(renderer(**through(plan, "127.0.0.1:1", "127.0.0.1:2")), ONIONS[0])
    assert down.end is End.TOR_DOWN
    assert set(down.silent) == {"127.0.0.1:1", "127.0.0.1:2"}
    assert down.requests == 0
    with Socks({}).running() as tor:
        tor.refusals[ONIONS[0]] = [0xF0] * 9
        tor.refusals[ONIONS[1]] = [0xF4]
        made = renderer(**through(plan, where(tor)), journal=f"{plan.journal}.2")
        gone, locked = render(made, ONIONS[0]), render(made, ONIONS[1])
        assert len(tor.asked) == 3 + 1
    assert (gone.end, gone.silent) == (End.NO_PAGE, ())
    assert gone.detail.startswith(f"onion_down: Tor at {where(tor)}: ")
    assert "descriptor not found (0xf0)" in gone.detail
    assert (locked.end, locked.detail[:12]) == (End.NO_PAGE, "onion_locked")


def test_tor_that_comes_back_is_used_again(
    web: Web, plan: RendererPlan, renderer: Callable[..., Renderer]
) -> None:
    web.site(ONIONS[0], {"/": PAGE, "/a.json": GOODS})
    tor = Socks({ONIONS[0]: web.port})
    with tor.running():
        port = tor.port
    made = renderer(**through(plan, f"127.0.0.1:{port}"))
    assert render(made, ONIONS[0]).end is End.TOR_DOWN
    tor.at = port
    with tor.running():
        assert tor.port == port
        assert render(made, ONIONS[0]).end is End.RENDERED


def test_tor_that_dies_before_a_page_is_rendered_closes_the_onions_and_names_the_client(
    web: Web, place: Callable[..., Place]
) -> None:
    """The page that came is kept, its rendering is left out and counted, nobody calls it down."""
    onion, url = ONIONS[0], f"http://{ONIONS[0]}/"
    with ExitStack() as dying:
        tor = dying.enter_context(Socks({onion: web.port}).running())

        def last(_: Asked) -> Reply:
            dying.close()
            return Reply("<div id=root></div><script src=/app.js></script>")

        web.site(onion, {"/": last})
        at = place(TOR__SOCKS=where(tor), TOR__TIMEOUT_S="5")
        run = at.begin(url)
        at.crawl(run)
    assert at.outcomes(run) == {url: "empty"}
    assert rendered(at, run) == {}
    assert named(at, run) == [f"Tor client {where(tor)} silent"]
    assert at.counts(run, "failed")["tor_down"] == 1
    assert requests(at, run) == web.served.total() == 1


def test_an_onion_that_dies_before_it_is_rendered_is_told_with_tors_reason(
    web: Web, place: Callable[..., Place]
) -> None:
    onion, url = ONIONS[0], f"http://{ONIONS[0]}/"
    with Socks({onion: web.port}).running() as tor:

        def last(_: Asked) -> Reply:
            tor.refusals[onion] = [0xF0] * 99
            return Reply("<div id=root></div><script src=/app.js></script>")

        web.site(onion, {"/": last})
        at = place(TOR__SOCKS=where(tor))
        run = at.begin(url)
        at.crawl(run)
    found = rendered(at, run)[url]
    assert found["outcome"] == "not_rendered"
    assert "onion_down: Tor at" in str(found["detail"])
    assert "descriptor not found" in str(found["detail"])
    assert at.counts(run, "dropped") == {"page part: onion_down": 1}
    assert "tor_down" not in at.counts(run, "failed")
    assert requests(at, run) == web.served.total() == 1


def test_a_plan_goes_over_the_wire_whole(plan: RendererPlan) -> None:
    several = replace(plan, net=replace(plan.net, tor_socks=("a:1", "b:2"), dns_servers=("c",)))
    line = several.to_json()
    assert RendererPlan.of_json(line) == several
    assert json.loads(line)["net"]["tor_socks"] == ["a:1", "b:2"]
