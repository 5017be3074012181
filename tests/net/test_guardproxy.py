"""The guard proxy as a browser meets it: what is handed on, and what is refused."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from net.guardproxy.certificate import server_context
from net.guardproxy.doors import own_door
from net.guardproxy.onward import Onward
from net.guardproxy.reach import Reach
from net.guardproxy.session import Figures, Session
from tests.net.guarding import CLEARNET, ONION, PLENTY, Browser, Work, behind, web
from tests.net.servers import config, redirect, response


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


def test_pictures_in_the_text_itself_are_forbidden_unless_they_are_wanted() -> None:
    policy = b"Content-Security-Policy: img-src http: https:; media-src http: https:"

    def looking(forbidden: bool) -> Work:
        async def work(browser: Browser) -> None:
            assert (policy in await browser.get("http://shop.test/")) is forbidden

        return work

    with web() as (net, _):
        behind(net, CLEARNET, looking(True))
        behind(net, replace(CLEARNET, images=True), looking(False))
