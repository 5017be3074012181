"""Several Tor clients: onions are spread, circuits renewed, silent clients named, reasons kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest

from domain.onion import onion_from_public_key
from net.tor_pool import ranked
from tests.crawlers.crawling import Place
from tests.crawlers.servers import Asked, Reply, Web, html, links
from tests.crawlers.socks import Socks

#: So many that by chance all would go to one client once in 30 000 times, ports being other ones.
ONIONS = [onion_from_public_key(bytes([n]) * 32) for n in range(1, 17)]


@contextmanager
def two_clients(web: Web) -> Iterator[tuple[Socks, Socks]]:
    known = dict.fromkeys(ONIONS, web.port)
    with Socks(known).running() as one, Socks(known).running() as two:
        yield one, two


def where(tor: Socks) -> str:
    return f"127.0.0.1:{tor.port}"


def socks(*clients: Socks) -> str:
    return ",".join(map(where, clients))


def named(place: Place, run: int) -> list[str]:
    """What was counted of the run as a whole."""
    rows = place.rows("select reason from cases_runcount where run_id = ? and source = ''", run)
    return [row["reason"] for row in rows]


def test_onions_are_spread_and_each_stays_with_its_client(
    web: Web, place: Callable[..., Place]
) -> None:
    for onion in ONIONS:
        web.site(onion, {"/": html(links("/a", "/b")), "/a": html("page a"), "/b": html("b too")})
    with two_clients(web) as (one, two):
        at = place(TOR__SOCKS=socks(one, two))
        run = at.begin(*(f"http://{onion}/" for onion in ONIONS))
        at.crawl(run)
        hosts = [{host for _, _, host, _ in tor.asked} for tor in (one, two)]
        assert hosts[0] | hosts[1] == set(ONIONS)
        assert not hosts[0] & hosts[1]
        assert min(map(len, hosts)) >= 1
        for onion in ONIONS:
            client = one if ranked([where(one), where(two)], onion)[0] == where(one) else two
            assert onion in {host for _, _, host, _ in client.asked}
    assert set(at.outcomes(run).values()) == {"ok"}
    assert at.requests(run) == web.served.total() == 3 * len(ONIONS)


def test_a_failed_circuit_is_retired_and_the_next_try_takes_another(
    web: Web, place: Callable[..., Place]
) -> None:
    onion = ONIONS[0]
    web.site(onion, {"/": html("reached in the end")})
    with two_clients(web) as (one, two):
        for tor in (one, two):
            tor.refusals[onion] = [0xF2]
        at = place(TOR__SOCKS=socks(one, two))
        run = at.begin(f"http://{onion}/")
        at.crawl(run)
        passwords = [password for tor in (one, two) for _, password, _, _ in tor.asked]
    assert at.outcomes(run) == {f"http://{onion}/": "ok"}
    assert at.counts(run, "retried") == {"onion_down": 2}
    assert len(one.asked) + len(two.asked) == 3
    assert min(len(one.asked), len(two.asked)) == 1, "the second try goes to the other client"
    assert len(set(passwords)) == 3, "no circuit is used again after it failed"
    assert at.requests(run) == web.served.total() == 1


def test_a_circuit_that_hangs_is_retired_too(web: Web, place: Callable[..., Place]) -> None:
    seen: list[str] = []

    def slow_at_first(asked: Asked) -> Reply | None:
        seen.append(asked.path)
        if len(seen) == 1:
            asked.handler.rfile.read()  # until the crawler hangs up
            return None
        return html("the second circuit was better")

    onion = ONIONS[0]
    web.site(onion, {"/": slow_at_first})
    with two_clients(web) as (one, two):
        at = place(TOR__SOCKS=socks(one, two), TOR__TIMEOUT_S="2")
        run = at.begin(f"http://{onion}/")
        at.crawl(run)
        assert (len(one.asked), len(two.asked)) == (1, 1)
    assert at.outcomes(run) == {f"http://{onion}/": "ok"}
    assert at.captures(run)[f"http://{onion}/"]["requests"] == 2
    assert at.counts(run, "retried") == {"timeout": 1}


@pytest.mark.parametrize(
    ("code", "outcome", "detail", "tries"),
    [
        (0xF0, "onion_down", "descriptor not found (0xf0)", 3),
        (0xF4, "login_wall", "wants client authorization (0xf4)", 1),
        (0xF6, "onion_down", "address invalid (0xf6)", 1),
        (0xF7, "onion_down", "introduction timed out (0xf7)", 3),
        (0x01, "onion_down", "general failure (0x1)", 3),
        (0xC8, "onion_down", "no known reply (0xc8)", 3),
    ],
)
def test_what_tor_says_is_kept_with_the_capture(
    web: Web, place: Callable[..., Place], code: int, outcome: str, detail: str, tries: int
) -> None:
    with Socks({}).running() as tor:
        tor.refusals[ONIONS[0]] = [code] * 9
        at = place(TOR__SOCKS=where(tor))
        run = at.begin(f"http://{ONIONS[0]}/")
        at.crawl(run)
    capture = at.captures(run)[f"http://{ONIONS[0]}/"]
    assert capture["outcome"] == outcome
    assert detail in capture["detail"]
    assert where(tor) in capture["detail"]
    assert (capture["requests"], len(tor.asked)) == (0, tries)


def test_a_client_that_is_silent_from_the_start_is_named_and_its_onions_move(
    web: Web, place: Callable[..., Place]
) -> None:
    for onion in ONIONS:
        web.site(onion, {"/": html("an onion page")})
    with Socks(dict.fromkeys(ONIONS, web.port)).running() as tor:
        at = place(TOR__SOCKS=f"127.0.0.1:1,{where(tor)}")
        run = at.begin(*(f"http://{onion}/" for onion in ONIONS))
        at.crawl(run)
        at.crawl(run)
    assert set(at.outcomes(run).values()) == {"ok"}
    assert named(at, run) == ["Tor client 127.0.0.1:1 silent"]
    assert at.counts(run, "failed") == {"Tor client 127.0.0.1:1 silent": 1}, "once in a run"


def test_a_client_that_dies_on_the_way_is_taken_out_and_tor_is_not_down(
    web: Web, place: Callable[..., Place]
) -> None:
    with ExitStack() as dying:
        known = dict.fromkeys(ONIONS, web.port)
        first = dying.enter_context(Socks(known).running())
        with Socks(known).running() as second:
            clients = [where(first), where(second)]
            of_first = [onion for onion in ONIONS if ranked(clients, onion)[0] == clients[0]][:4]
            assert len(of_first) >= 2

            def last_page(_: Asked) -> Reply:
                dying.close()
                return html(links(*(f"http://{onion}/" for onion in of_first[1:])))

            web.site(of_first[0], {"/": last_page})
            for onion in of_first[1:]:
                web.site(onion, {"/": html("moved to the other client")})
            at = place(TOR__SOCKS=socks(first, second))
            run = at.begin(f"http://{of_first[0]}/")
            at.crawl(run)
            assert {host for _, _, host, _ in second.asked} == set(of_first[1:])
    assert set(at.outcomes(run).values()) == {"ok"}
    assert named(at, run) == [f"Tor client {clients[0]} silent"]
    assert at.counts(run, "retried") == {}, "the fetch went on, nothing was lost"
    assert at.requests(run) == web.served.total()


def test_when_all_are_silent_tor_is_down(web: Web, place: Callable[..., Place]) -> None:
    at = place(TOR__SOCKS="127.0.0.1:1,127.0.0.1:2")
    run = at.begin(*(f"http://{onion}/" for onion in ONIONS))
    at.crawl(run)
    assert at.outcomes(run) == {}
    failed = at.counts(run, "failed")
    assert failed["tor_down"] == len(ONIONS)
    assert {"Tor client 127.0.0.1:1 silent", "Tor client 127.0.0.1:2 silent"} <= set(failed)


OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


def flood(head: bytes, piece: bytes) -> Callable[[Asked], None]:
    """Answers with ``head`` and then ``piece`` over and over, until the reader hangs up."""

    def page(asked: Asked) -> None:
        asked.handler.wfile.write(head)
        for _ in range(100_000_000 // len(piece)):
            asked.handler.wfile.write(piece)

    return page


@pytest.mark.parametrize(
    ("page", "outcome"),
    [
        (flood(OK, b"X-Padding: " + b"x" * 1_000 + b"\r\n"), "header_flood"),
        (flood(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 100), "too_large"),
        (
            flood(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1;" + b"e" * 900 + b"\r\n.\r\n"),
            "too_large",
        ),
        (flood(OK + b"\r\n", b"<p>more of it" * 1_000), "too_large"),
    ],
    ids=["headers", "interim answers", "chunk extensions", "body"],
)
def test_floods_are_cut_off_on_onions_too(
    web: Web, place: Callable[..., Place], page: Callable[[Asked], None], outcome: str
) -> None:
    web.pages[ONIONS[0]] = page
    with Socks({ONIONS[0]: web.port}).running() as tor:
        at = place(TOR__SOCKS=where(tor), CRAWL__MAX_BODY_BYTES="1000000")
        run = at.begin(f"http://{ONIONS[0]}/")
        at.crawl(run)
    assert at.outcomes(run) == {f"http://{ONIONS[0]}/": outcome}
    assert at.requests(run) == web.served.total() == 1
    (used,) = at.rows("select received from crawlers_crawluse where run_id = ?", run)
    assert used["received"] < 2_000_000 + 2 * 256 * 1024
