"""The guard proxy as a browser meets it: real sockets, real servers on loopback."""

from __future__ import annotations

import asyncio
import gzip
import ssl
import threading
import time
from base64 import b64encode
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import TransportError
from domain.onion import onion_from_public_key
from net.client import NetConfig
from net.guardproxy.certificate import server_context
from net.guardproxy.doors import Door, own_door
from net.guardproxy.onward import Onward
from net.guardproxy.reach import Allowance, Reach
from net.guardproxy.session import Figures, Session
from tests.net.certificates import write_certificate
from tests.net.servers import Answer, config, raw_server, redirect, response
from tests.net.socks_server import socks_server

ONION, OTHER = (onion_from_public_key(bytes([n]) * 32) for n in (3, 4))
SCRIPT = "let a = 'мёд';".encode() * 50
PLENTY = Allowance(requests=50, received=1_000_000, seconds=20)


@dataclass
class Browser:
    """Speaks to the door as a browser does; ``sent`` is what the session told."""

    session: Session
    door: Door
    sent: list[str] = field(default_factory=list)

    def authorised(self) -> str:
        return f"Proxy-Authorization: {self.session.authorisation}\r\n"

    async def raw(self, *texts: str | bytes) -> bytes:
        """Everything that comes back for what is written, until the door closes."""
        host, port = self.door.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        for text in texts:
            writer.write(text.encode() if isinstance(text, str) else text)
        try:
            writer.write_eof()
            async with asyncio.timeout(20):
                return await reader.read()
        except ConnectionError:
            return b""
        finally:
            writer.close()

    async def get(self, url: str, *headers: str, method: str = "GET", body: str = "") -> bytes:
        lines = "".join(f"{line}\r\n" for line in (*headers, "Connection: close"))
        host = url.split("/")[2]
        return await self.raw(
            f"{method} {url} HTTP/1.1\r\nHost: {host}\r\n{self.authorised()}{lines}\r\n{body}"
        )

    async def get_tls(self, authority: str, path: str) -> bytes:
        """Through a tunnel, as browsers fetch https."""
        host, port = self.door.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(
            f"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n{self.authorised()}\r\n".encode()
        )
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head:
            writer.close()
            return head
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        await writer.start_tls(trusting, server_hostname=authority.split(":")[0])
        name = authority.split(":")[0]
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n".encode())
        async with asyncio.timeout(20):
            back = await reader.read()
        writer.close()
        return back


Work = Callable[[Browser], Awaitable[None]]


def behind(net: NetConfig, reach: Reach, work: Work, allowance: Allowance = PLENTY) -> Figures:
    """Do ``work`` with a browser whose page has ``reach``. Returns what it came to."""

    async def run() -> Figures:
        sent: list[str] = []
        session = Session(reach, allowance, sent.append)
        onward = Onward(net, "test")
        with ThreadPoolExecutor(8) as threads:
            door = own_door(onward, server_context(), threads)
            await door.start()
            try:
                async with door.open_to(session):
                    await work(Browser(session, door, sent))
                figures = session.close()
                assert sorted(figures.sent.elements()) == sorted(sent)
                return figures
            finally:
                await door.close()
                onward.close()

    return asyncio.run(run())


@contextmanager
def web(answer: Answer | None = None) -> Iterator[tuple[NetConfig, list[tuple[str, str]]]]:
    def fine(path: str, write: Callable[[bytes], None]) -> None:
        write(response(b"hello", "200 OK", "Content-Type: text/html"))

    with raw_server(answer or fine) as (port, seen):
        yield config(port), seen.requests


CLEARNET = Reach("shop.test")


def test_a_page_is_handed_on_and_counted() -> None:
    async def work(browser: Browser) -> None:
        back = await browser.get("http://shop.test/a?b=1")
        assert back.startswith(b"HTTP/1.1 200")
        assert back.endswith(b"hello")

    with web() as (net, seen):
        figures = behind(net, CLEARNET, work)
    assert seen == [("shop.test", "/a?b=1")]
    assert figures.sent == {"shop.test": 1}
    assert figures.received == 5
    assert not figures.refused


def test_the_proxy_serves_nobody_without_the_sessions_credential() -> None:
    wrong = b64encode(b"page:guess").decode()

    async def work(browser: Browser) -> None:
        for line in ("", f"Proxy-Authorization: Basic {wrong}\r\n"):
            for request in ("GET http://shop.test/ HTTP/1.1", "CONNECT shop.test:443 HTTP/1.1"):
                back = await browser.raw(f"{request}\r\nHost: shop.test\r\n{line}\r\n")
                assert back.startswith(b"HTTP/1.1 407"), back

    with web() as (net, seen):
        figures = behind(net, CLEARNET, work)
    assert seen == []
    assert figures == Figures()


def test_a_door_without_a_page_lets_nobody_in() -> None:
    async def run() -> None:
        onward = Onward(config(1), "test")
        with ThreadPoolExecutor(1) as threads:
            door = own_door(onward, server_context(), threads)
            await door.start()
            session = Session(CLEARNET, PLENTY, lambda host: None)
            assert await Browser(session, door).get("http://shop.test/") == b""
            await door.close()
            onward.close()

    asyncio.run(run())


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://127.0.0.1:{port}/", "address refused"),
        ("http://2130706433:{port}/", "address refused"),
        ("http://[::ffff:127.0.0.1]:{port}/", "address refused"),
        ("http://169.254.169.254/latest/", "address refused"),
        ("http://localhost:{port}/", "address refused"),
        (f"http://{ONION}/", "onion from the clearnet"),
        ("ftp://shop.test/", "broken URL"),
        ("http://shop.test:99999/", "broken URL"),
    ],
)
def test_what_is_out_of_reach_is_refused_and_counted(url: str, reason: str) -> None:
    with web() as (net, seen):
        port = net.resolver_overrides["*.test"].split(":")[1]

        async def work(browser: Browser) -> None:
            assert (await browser.get(url.format(port=port)))[9:10] == b"4"

        figures = behind(net, CLEARNET, work)
    assert seen == []
    assert figures.refused == {reason: 1}


@pytest.mark.parametrize(
    ("method", "headers", "reason"),
    [
        ("POST", (), "method POST"),
        ("DELETE", (), "method DELETE"),
        ("GET", ("Upgrade: websocket",), "WebSocket"),
        ("GET", ("Accept: image/avif,image/webp,*/*",), "picture"),
    ],
)
def test_a_page_may_only_look_and_not_at_pictures(
    method: str, headers: tuple[str, ...], reason: str
) -> None:
    async def work(browser: Browser) -> None:
        back = await browser.get("http://shop.test/", *headers, method=method)
        assert back.startswith(b"HTTP/1.1 403")

    with web() as (net, seen):
        figures = behind(net, CLEARNET, work)
    assert seen == []
    assert figures.refused == {reason: 1}


def test_a_body_with_a_get_is_refused() -> None:
    async def work(browser: Browser) -> None:
        back = await browser.get("http://shop.test/", "Content-Length: 3", body="abc")
        assert back.startswith(b"HTTP/1.1 403")

    with web() as (net, seen):
        figures = behind(net, CLEARNET, work)
    assert (seen, figures.refused) == ([], {"method GET": 1})


def test_an_answer_that_is_no_text_is_not_read() -> None:
    def picture(path: str, write: Callable[[bytes], None]) -> None:
        write(response(b"\x89PNG" * 100, "200 OK", "Content-Type: image/png"))

    async def work(browser: Browser) -> None:
        assert b"PNG" not in await browser.get("http://shop.test/a")

    with web(picture) as (net, _):
        figures = behind(net, CLEARNET, work)
        assert figures.refused == {"not text": 1}
        assert figures.received == 0
        assert figures.sent == {"shop.test": 1}, "it was asked for all the same"


def test_a_redirect_is_left_to_the_browser() -> None:
    async def work(browser: Browser) -> None:
        back = await browser.get("http://shop.test/")
        assert b"\r\nLocation: http://127.0.0.1/x\r\n" in back

    def away(path: str, write: Callable[[bytes], None]) -> None:
        write(redirect("http://127.0.0.1/x"))

    with web(away) as (net, seen):
        behind(net, CLEARNET, work)
    assert len(seen) == 1


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


NAVIGATES = "Upgrade-Insecure-Requests: 1"


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        ("shop.test", ""),
        ("goods.shop.test", ""),
        ("other.test", "document of another site"),
        ("workshop.test", "document of another site"),
    ],
)
def test_documents_of_other_sites_are_not_loaded_but_their_scripts_are(
    host: str, reason: str
) -> None:
    async def work(browser: Browser) -> None:
        status = (await browser.get(f"http://{host}/", NAVIGATES))[9:12]
        assert status == (b"403" if reason else b"200")
        assert (await browser.get(f"http://{host}/lib.js"))[9:12] == b"200"

    with web() as (net, seen):
        figures = behind(net, Reach("www.shop.test", site="shop.test"), work)
    assert figures.refused == ({reason: 1} if reason else {})
    assert len(seen) == (1 if reason else 2)


def test_nobody_is_asked_for_leave_to_send() -> None:
    asks = "Access-Control-Request-Method: "

    async def work(browser: Browser) -> None:
        for method, status in (("POST", b"403"), ("DELETE", b"403"), ("GET", b"200")):
            back = await browser.get("http://shop.test/", asks + method, method="OPTIONS")
            assert back[9:12] == status

    with web() as (net, seen):
        figures = behind(net, CLEARNET, work)
    assert len(seen) == 1
    assert figures.refused == {"method POST": 1, "method DELETE": 1}


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


def test_pictures_in_the_text_itself_are_forbidden_unless_they_are_wanted() -> None:
    policy = b"Content-Security-Policy: img-src http: https:; media-src http: https:"

    def looking(forbidden: bool) -> Work:
        async def work(browser: Browser) -> None:
            assert (policy in await browser.get("http://shop.test/")) is forbidden

        return work

    with web() as (net, _):
        behind(net, CLEARNET, looking(True))
        behind(net, replace(CLEARNET, images=True), looking(False))


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
