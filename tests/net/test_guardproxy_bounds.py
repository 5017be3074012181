"""The guard proxy: bounds of a page, tunnels, Tor, and what becomes of failures."""

from __future__ import annotations

import asyncio
import gzip
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import TransportError
from net.guardproxy.reach import Reach
from net.guardproxy.session import Session
from tests.net.certificates import write_certificate
from tests.net.guarding import CLEARNET, ONION, OTHER, PLENTY, SCRIPT, Browser, behind, web
from tests.net.servers import config, raw_server, response
from tests.net.socks_server import socks_server


def test_bodies_are_unpacked_within_a_bound_before_a_browser_gets_them() -> None:
    kind, packed = "Content-Type: text/javascript", "Content-Encoding: gzip"
    bodies = {
        "/small": gzip.compress(SCRIPT),
        "/bomb": gzip.compress(bytes(20_000_000)),
    }
    got: dict[str, bytes] = {}

    async def work(browser: Browser) -> None:
        for path in bodies:
            got[path] = await browser.get(f"http://shop.test{path}")

    def answer(path: str, write: Callable[[bytes], None]) -> None:
        write(response(bodies[path], "200 OK", kind, packed))

    with web(answer) as (net, _):
        figures = behind(net, CLEARNET, work)
    head, _, body = got["/small"].partition(b"\r\n\r\n")
    assert body == SCRIPT
    assert b"content-encoding" not in head.lower()
    assert got["/bomb"].startswith(b"HTTP/1.1 502")
    assert figures.failed == {"bomb": 1}


def test_requests_and_bytes_of_a_page_are_bounded() -> None:
    async def work(browser: Browser) -> None:
        for _ in range(5):
            await browser.get("http://shop.test/")

    with web() as (net, seen):
        figures = behind(net, CLEARNET, work, replace(PLENTY, requests=3))
    assert len(seen) == figures.sent.total() == 3
    assert figures.refused == {"too many requests": 2}

    def endless(path: str, write: Callable[[bytes], None]) -> None:
        write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        for _ in range(1_000):
            write(b"x" * 10_000)

    with web(endless) as (net, _):
        figures = behind(net, CLEARNET, work, replace(PLENTY, received=100_000))
    assert figures.failed["too_large"] == 5
    assert figures.received < 100_000 + 5 * 70_000


def test_the_time_of_a_page_is_bounded() -> None:
    def drip(path: str, write: Callable[[bytes], None]) -> None:
        write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        for _ in range(400):
            write(b".")
            time.sleep(0.02)

    async def work(browser: Browser) -> None:
        assert (await browser.get("http://shop.test/")).startswith(b"HTTP/1.1 502")

    with web(drip) as (net, _):
        figures = behind(net, CLEARNET, work, replace(PLENTY, seconds=0.5))
    assert figures.failed == {"timeout": 1}


def test_nothing_is_sent_once_the_page_is_over() -> None:
    told: list[str] = []
    session = Session(CLEARNET, PLENTY, told.append)
    session.note_sent("shop.test")
    assert session.close().sent == {"shop.test": 1}
    with pytest.raises(TransportError, match="over"):
        session.note_sent("shop.test")
    assert told == ["shop.test"]


def test_a_tunnel_is_looked_into_and_counted_like_the_rest(tmp_path: Path) -> None:
    def fine(path: str, write: Callable[[bytes], None]) -> None:
        write(response(b"secret " + path.encode(), "200 OK", "Content-Type: text/html"))

    async def work(browser: Browser) -> None:
        assert (await browser.get_tls("shop.test:443", "/a")).endswith(b"secret /a")

    key, chain = write_certificate(tmp_path, "other.test")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(chain, key)
    with raw_server(fine, tls) as (port, seen):
        figures = behind(config(port), CLEARNET, work)
    assert seen.requests == [("shop.test", "/a")]
    assert figures.sent == {"shop.test": 1}


def test_a_tunnel_that_speaks_no_tls_leads_nowhere() -> None:
    async def work(browser: Browser) -> None:
        await browser.raw(
            f"CONNECT shop.test:80 HTTP/1.1\r\nHost: shop.test\r\n{browser.authorised()}\r\n",
            "GET /chat HTTP/1.1\r\nHost: shop.test\r\nUpgrade: websocket\r\n\r\n",
        )

    with web() as (net, seen):
        figures = behind(net, CLEARNET, work)
    assert seen == []
    assert figures.refused == {"no TLS in a tunnel": 1}


def test_an_onion_goes_to_tor_on_circuits_of_its_own_and_reaches_itself_alone() -> None:
    async def work(browser: Browser) -> None:
        assert (await browser.get(f"http://{ONION}/")).endswith(b"hello")
        assert (await browser.get(f"http://{OTHER}/")).startswith(b"HTTP/1.1 403")
        assert (await browser.get("http://shop.test/")).startswith(b"HTTP/1.1 403")
        assert (await browser.get_tls("shop.test:443", "/")).startswith(b"HTTP/1.1 403")

    with web() as (net, seen), socks_server(int(net.resolver_overrides["*.test"][10:])) as socks:
        port, asked = socks
        tor = replace(net, tor_socks=(f"127.0.0.1:{port}",))
        figures = behind(tor, Reach(ONION), work)
    assert [row[0] for row in asked.rows] == [(ONION[:56], "test")]
    assert seen == [(ONION, "/")]
    assert figures.sent == {ONION: 1}
    assert figures.refused == {"another onion": 1, "clearnet from an onion": 2}


def test_a_silent_tor_is_a_failure_and_not_a_refusal() -> None:
    async def work(browser: Browser) -> None:
        assert (await browser.get(f"http://{ONION}/")).startswith(b"HTTP/1.1 502")

    figures = behind(replace(config(1), tor_socks=("127.0.0.1:1",)), Reach(ONION), work)
    assert (figures.sent, figures.failed) == ({}, {"tor_down": 1})


def test_one_host_gets_so_many_requests_and_so_many_at_a_time() -> None:
    inside, most = set[str](), [0]
    both = threading.Event()

    def slow(path: str, write: Callable[[bytes], None]) -> None:
        inside.add(path)
        most[0] = max(most[0], len(inside))
        if len(inside) == 2:
            both.set()
        both.wait(10)
        inside.discard(path)
        write(response(b"ok", "200 OK", "Content-Type: text/html"))

    async def work(browser: Browser) -> None:
        urls = [f"http://shop.test/{n}" for n in range(9)]
        backs = await asyncio.gather(*map(browser.get, urls))
        assert sorted(back[9:12] for back in backs) == [b"200"] * 7 + [b"403"] * 2
        assert (await browser.get("http://other.test/"))[9:12] == b"200"

    with web(slow) as (net, seen):
        figures = behind(net, CLEARNET, work, replace(PLENTY, per_host=7, at_once=2))
    assert most == [2]
    assert figures.sent == {"shop.test": 7, "other.test": 1}
    assert len(seen) == 8
    assert figures.refused == {"too many requests to one host": 2}


def test_why_there_was_no_answer_is_kept_by_url() -> None:
    known = []

    async def work(browser: Browser) -> None:
        await browser.get(f"http://{ONION}/a")
        await browser.get(f"http://{ONION}/b")
        known.extend(browser.session.failure_of(f"http://{ONION}/{path}") for path in "abc")

    with socks_server(1, reply=0xF0) as (port, asked):
        tor = replace(config(1), tor_socks=("127.0.0.1:1", f"127.0.0.1:{port}"))
        figures = behind(tor, Reach(ONION), work)
    first, second, third = known
    assert first is not None
    assert (first.reason, second.reason, third) == ("onion_down", "onion_down", None)
    assert "descriptor not found" in first.message
    passwords = [password for (_, password), *_ in asked.rows]
    assert passwords == ["test", *(f"test.{n}" for n in range(1, 6))], "each circuit once"
    assert (figures.sent, figures.failed) == ({}, {"onion_down": 2})


def test_an_answer_that_does_not_end_retires_its_circuit_and_is_not_asked_for_again() -> None:
    def hang_up(path: str, write: Callable[[bytes], None]) -> None:
        write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello")

    async def work(browser: Browser) -> None:
        for _ in range(2):
            await browser.get(f"http://{ONION}/")

    with (
        web(hang_up) as (net, seen),
        socks_server(int(net.resolver_overrides["*.test"][10:])) as (
            port,
            asked,
        ),
    ):
        figures = behind(replace(net, tor_socks=(f"127.0.0.1:{port}",)), Reach(ONION), work)
    assert len(seen) == figures.sent.total() == 2
    assert [row[0][1] for row in asked.rows] == ["test", "test.1"]


@given(st.binary(max_size=400))
def test_bytes_that_are_no_http_reach_nobody(noise: bytes) -> None:
    async def work(browser: Browser) -> None:
        await browser.raw(noise)

    figures = behind(config(1), CLEARNET, work)
    assert figures.sent == {}
