"""The world's HTTP server: hosts, keep-alive, the access log and what it counts."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import httpx
import pytest

from config.schema import Settings
from tests.world.accesslog import read_log
from tests.world.exchange import Handler, Response, html
from tests.world.server import WorldServer
from tests.world.visiting import Visitor
from tests.world.world import World


def serve(tmp_path: Path, handlers: dict[str, Handler], **options: float) -> WorldServer:
    server = WorldServer(handlers, tmp_path / "access.log", **options)
    server.start()
    return server


def test_sites_are_told_apart_by_host(visitor: Visitor) -> None:
    shop = visitor.get("http://aurora-kz.test/")
    news = visitor.get("http://vestnik-stepi.test:80/")
    assert shop.status_code == news.status_code == 200
    assert "АВРОРА" in shop.text
    assert "АВРОРА" not in news.text
    assert visitor.get("http://nobody.example/").status_code == 404


def test_onion_hosts_answer_under_their_name(world: World, visitor: Visitor) -> None:
    host = world.addresses.hosts["sever-market"]
    page = visitor.get(f"http://{host}/")
    assert page.status_code == 200
    assert world.content.sites["sever-market"].title in page.text


def test_a_connection_is_used_again(tmp_path: Path) -> None:
    server = serve(tmp_path, {"a.test": lambda request: html(request.target)})
    try:
        with socket.create_connection(("127.0.0.1", server.port), timeout=5) as link:
            for number in range(3):
                link.sendall(f"GET /{number} HTTP/1.1\r\nHost: a.test\r\n\r\n".encode())
                assert link.recv(4096).endswith(f"/{number}".encode())
    finally:
        server.stop()


def test_head_and_unknown_methods(visitor: Visitor) -> None:
    head = visitor.get("http://aurora-kz.test/", "HEAD", Accept_Encoding="identity")
    body = visitor.get("http://aurora-kz.test/", Accept_Encoding="identity")
    assert head.content == b""
    assert int(head.headers["content-length"]) == len(body.content)
    assert visitor.get("http://aurora-kz.test/", "POST").status_code == 405


def test_pages_come_compressed_to_those_who_ask(visitor: Visitor) -> None:
    packed = visitor.get("http://aurora-kz.test/", Accept_Encoding="gzip")
    plain = visitor.get("http://aurora-kz.test/", Accept_Encoding="identity")
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.text == plain.text


def test_robots_sitemap_and_favicon(world: World, visitor: Visitor) -> None:
    assert "Sitemap: http://aurora-kz.test/sitemap.xml" in (
        visitor.get("http://aurora-kz.test/robots.txt").text
    )
    sitemap = visitor.get("http://aurora-kz.test/sitemap.xml").text
    assert sitemap.count("<loc>") == len(world.content.sites["aurora-kz"].pages)
    icons = [visitor.get(f"http://{h}.test/favicon.ico").content for h in ("aurora-kz", "aq-tun")]
    mirror = visitor.get("http://aurora-kz-2.test/favicon.ico").content
    assert icons[0].startswith(b"\x89PNG")
    assert mirror == icons[0]
    assert icons[1] != icons[0]


def test_every_response_is_counted_and_logged(tmp_path: Path) -> None:
    handlers: dict[str, Handler] = {
        "a.test": lambda request: html("hello"),
        "b.test": lambda request: html("gone", 404),
    }
    server = serve(tmp_path, handlers)
    try:
        with Visitor(server.port) as visitor:
            for url in ("http://a.test/1", "http://a.test/2?x=1", "http://b.test/"):
                visitor.get(url)
            told = visitor.get("http://control.test/served.json").json()
        counts = server.log.counts()
        assert (counts["a.test"].served, counts["a.test"].bytes) == (2, 10)
        assert counts["b.test"].by_status == {404: 1}
        assert told["total"] == 3
        assert told["hosts"]["a.test"]["served"] == 2
        assert "control.test" not in told["hosts"]
    finally:
        server.stop()
    lines = read_log(tmp_path / "access.log")
    assert [(a.host, a.path, a.status, a.bytes, a.completed) for a in lines] == [
        ("a.test", "/1", 200, 5, True),
        ("a.test", "/2?x=1", 200, 5, True),
        ("b.test", "/", 404, 4, True),
    ]


def test_a_response_that_nobody_took_counts_as_served_not_completed(tmp_path: Path) -> None:
    endless = Response(body=(b"x" * 65536 for _ in range(1000)))
    server = serve(tmp_path, {"big.test": lambda request: endless})
    try:
        with socket.create_connection(("127.0.0.1", server.port), timeout=5) as link:
            link.sendall(b"GET / HTTP/1.1\r\nHost: big.test\r\n\r\n")
            link.recv(100)
        wait_for_line(tmp_path / "access.log")
        count = server.log.counts()["big.test"]
        assert (count.served, count.completed) == (1, 0)
    finally:
        server.stop()
    (line,) = read_log(tmp_path / "access.log")
    assert line.completed is False
    assert line.bytes < 1000 * 65536


def wait_for_line(log: Path) -> None:
    deadline = time.monotonic() + 5
    while not log.read_text() and time.monotonic() < deadline:
        time.sleep(0.02)


def test_latency_delays_every_answer(tmp_path: Path) -> None:
    server = serve(tmp_path, {"a.test": lambda request: html("x")}, latency_ms=200.0)
    try:
        with Visitor(server.port) as visitor:
            began = time.monotonic()
            visitor.get("http://a.test/")
            assert time.monotonic() - began >= 0.2
    finally:
        server.stop()


def test_a_request_that_is_none_gets_400(world: World) -> None:
    with socket.create_connection(("127.0.0.1", world.port), timeout=5) as link:
        link.sendall(b"NONSENSE\r\n\r\n")
        assert link.recv(100).startswith(b"HTTP/1.1 400 ")


def test_a_port_in_use_is_an_error(tmp_path: Path, world: World) -> None:
    with pytest.raises(OSError, match="in use"):
        WorldServer({}, tmp_path / "log", port=world.port).start()


def test_the_captcha_shop_hides_its_page_until_solved(world: World, visitor: Visitor) -> None:
    secret = world.content.sites["captcha-shop"].title.split()[0]
    challenge = visitor.get("http://captcha-shop.test/")
    assert challenge.status_code == 200
    assert "captcha" in challenge.text
    assert secret not in challenge.text
    assert visitor.get("http://captcha-shop.test/captcha.png").content.startswith(b"\x89PNG")
    assert visitor.get("http://captcha-shop.test/check?code=wrong").status_code == 200
    solved = visitor.get("http://captcha-shop.test/check?code=k7wmx")
    assert solved.status_code == 302
    visitor.client.cookies.clear()
    assert secret in visitor.get("http://captcha-shop.test/", Cookie="passed=1").text


def test_the_search_engine_finds_shops_and_news_alike(visitor: Visitor) -> None:
    page = visitor.get("http://poisk.test/search?q=мефедрон").text
    assert "http://aurora-kz.test/mef.php" in page
    assert "http://znanie-wiki.test/mefedron.html" in page
    assert "captcha-shop" not in page
    assert ".onion" not in page
    second = visitor.get("http://poisk.test/search?q=мефедрон&p=2").text
    assert 'class="result"' in second
    assert second != page
    nothing = visitor.get("http://poisk.test/search?q=несуществующее+слово").text
    assert "ничего не найдено" in nothing


def test_the_settings_are_ones_that_narcowatch_accepts(world: World) -> None:
    settings = Settings.model_validate(world.settings())
    (network,) = settings.net.test_networks
    assert network.hosts == ("*.test", "*.example")
    assert settings.net.resolver_overrides["*.test"].endswith(f":{world.port}")
    assert settings.tor.enabled == "off"


def test_a_client_of_http_1_0_is_answered_and_closed(world: World) -> None:
    with socket.create_connection(("127.0.0.1", world.port), timeout=5) as link:
        link.sendall(b"GET / HTTP/1.0\r\nHost: empty-page.test\r\n\r\n")
        answer = b"".join(iter(lambda: link.recv(4096), b""))
    assert b"Connection: close" in answer


def test_an_absolute_target_names_the_host(world: World) -> None:
    with httpx.Client(proxy=f"http://127.0.0.1:{world.port}") as client:
        assert "АВРОРА" in client.get("http://aurora-kz.test/").text
