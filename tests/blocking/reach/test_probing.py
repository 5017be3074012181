"""Looks at real resolvers and servers on loopback, up to where each ends."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from blocking.reach.measurement import Failure
from blocking.reach.plan import Vantage
from blocking.reach.probing import look
from tests.blocking.reach.world import (
    BLOCKED,
    DEAD,
    SITE,
    WALL,
    certificate,
    closed_port,
    plan_over,
    site,
    trusting,
)
from tests.net.dns_server import DnsServer
from tests.net.servers import redirect
from tests.net.socks_server import socks_server

F = Failure


@contextmanager
def resolver(**answers: list[str]) -> Iterator[Vantage]:
    """A vantage whose resolver knows ``shop_test`` as shop.test and so on."""
    known = {name.replace("_", "."): [found] for name, found in answers.items()}
    with DnsServer(known).running() as server:
        yield Vantage("operator", server.address, acknowledged=True)


def test_an_answer_is_described_and_its_body_is_not_kept() -> None:
    with resolver(shop_test=[SITE]) as here, site() as shop:
        seen = look("http://shop.test/goods?x=1", here, plan_over(here, moved={SITE: shop.port}))
    assert (seen.failure, seen.status, seen.address) == (F.ANSWERED, 200, SITE)
    assert seen.length == len(b"<html>a shop that sells this and that</html>")
    assert shop.asked == [("shop.test", "/goods?x=1")], "the exact URL, and nothing else"
    assert not seen.certified
    assert "sells" not in str(seen.as_json())


@pytest.mark.parametrize(
    ("name", "answers", "failure"),
    [
        ("gone.test", {}, F.DNS_NXDOMAIN),
        ("shop.test", {"shop_test": []}, F.DNS_NO_ADDRESS),
        ("shop.test", {"shop_test": ["10.0.0.1"]}, F.INNER_ADDRESS),
        ("shop.test", {"shop_test": ["0.0.0.0"]}, F.INNER_ADDRESS),
        ("shop.test", {"shop_test": ["192.0.2.200"]}, F.DNS_ANSWER),
    ],
)
def test_answers_of_a_resolver_are_told_apart(
    name: str, answers: dict[str, list[str]], failure: Failure
) -> None:
    with resolver(**answers) as here:
        seen = look(f"http://{name}/", here, plan_over(here, moved={}))
    assert seen.failure is failure
    assert seen.page == ("sinkhole" if failure is F.DNS_ANSWER else "")


def test_a_resolver_that_is_silent_or_not_there() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        here = Vantage("operator", "{}:{}".format(*udp.getsockname()))
        seen = look("http://shop.test/", here, plan_over(here, moved={}, seconds=0.6))
    assert seen.failure is F.DNS_TIMEOUT


def test_a_port_on_which_nobody_listens_and_one_that_never_answers() -> None:
    with resolver(shop_test=[DEAD], mute_test=[SITE]) as here, site() as mute:
        mute.silent.add("mute.test")
        plan = plan_over(here, moved={DEAD: closed_port(), SITE: mute.port}, seconds=1.0)
        assert look("http://shop.test/", here, plan).failure is F.TCP_REFUSED
        assert look("http://mute.test/", here, plan).failure is F.HTTP_TIMEOUT


def test_a_dead_address_is_passed_over_for_one_that_answers() -> None:
    with resolver(shop_test=[SITE, DEAD]) as here, site() as shop:
        plan = plan_over(here, moved={SITE: closed_port(), DEAD: shop.port})
        seen = look("http://shop.test/", here, plan)
    assert (seen.failure, seen.address) == (F.ANSWERED, DEAD)


def test_tls_that_is_reset_by_name_that_fits_not_and_that_is_none(tmp_path: Path) -> None:
    server, chain = certificate(tmp_path / "shop", "shop.test")
    known = {"shop.test": server, "other.test": server}
    names = {f"{name}_test": [SITE] for name in ("shop", "other", "plain")}
    with resolver(**names) as here, site(known) as shop:
        plan = plan_over(here, moved={SITE: shop.port}, tls=trusting(chain))
        good = look("https://shop.test/", here, plan)
        assert (good.failure, good.certified) == (F.ANSWERED, True)
        assert look("https://other.test/", here, plan).failure is F.TLS_CERTIFICATE
        assert look("https://plain.test/", here, plan).failure is F.TLS_OTHER
        shop.resets.add("shop.test")
        assert look("https://shop.test/", here, plan).failure is F.TLS_RESET
        assert look("http://shop.test/", here, plan).failure is F.ANSWERED


def test_a_known_block_page_is_known_again_and_others_are_not() -> None:
    with resolver(shop_test=[WALL]) as here, site() as wall:
        wall.answers["shop.test"] = BLOCKED
        plan = plan_over(here, moved={WALL: wall.port})
        assert look("http://shop.test/", here, plan).page == "page of the operator"
        assert look("http://shop.test/", here, replace(plan, fingerprints=NONE)).page == ""


NONE = plan_over(moved={}, known=b"").fingerprints


def test_redirects_are_noted_by_host_and_not_followed() -> None:
    with resolver(shop_test=[SITE]) as here, site() as shop:
        plan = plan_over(here, moved={SITE: shop.port})
        for location, noted in (
            ("https://wall.test/case/17?user=5", "https://wall.test"),
            ("/en/", "http://shop.test"),
        ):
            shop.answers["shop.test"] = redirect(location)
            seen = look("http://shop.test/", here, plan)
            assert (seen.status, seen.location) == (302, noted)
    assert len(shop.asked) == 2


def test_no_more_is_read_than_allowed() -> None:
    with resolver(shop_test=[SITE]) as here, site() as shop:
        shop.answers["shop.test"] = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 300_000
        seen = look(
            "http://shop.test/", here, plan_over(here, moved={SITE: shop.port}, body_bytes=1000)
        )
    assert (seen.failure, seen.length) == (F.ANSWERED, 1000)


@pytest.mark.parametrize(
    ("reply", "failure"),
    [
        (0, F.ANSWERED),
        (4, F.TCP_UNREACHABLE),
        (5, F.TCP_REFUSED),
        (6, F.TCP_TIMEOUT),
        (1, F.EGRESS),
        (2, F.EGRESS),
    ],
)
def test_through_a_socks_proxy(reply: int, failure: Failure) -> None:
    """An address spelled out needs no look-up, so that the proxy's answer is the site's."""
    with site() as shop, socks_server(shop.port, reply=reply) as (port, asked):
        here = Vantage("inside", "192.0.2.53", proxy=f"socks5://127.0.0.1:{port}")
        seen = look("http://8.8.8.8/", here, plan_over(here, moved={}))
    assert seen.failure is failure
    assert asked.rows[0][2:] == ("8.8.8.8", 80)


def test_through_a_proxy_the_resolver_is_asked_over_tcp_and_the_page_comes_by_connect() -> None:
    with tcp_resolver(SITE) as dns, site() as shop, connect_proxy(dns, shop.port) as (port, asked):
        here = Vantage("inside", "198.51.100.53", proxy=f"http://127.0.0.1:{port}")
        seen = look("http://shop.test/", here, plan_over(here, moved={}))
    assert (seen.failure, seen.status, seen.dns.addresses) == (F.ANSWERED, 200, (SITE,))
    assert asked == ["198.51.100.53:53", f"{SITE}:80"]


def test_a_proxy_that_is_not_there_says_nothing_of_the_target() -> None:
    here = Vantage("inside", "198.51.100.53", proxy=f"socks5://127.0.0.1:{closed_port()}")
    assert look("http://shop.test/", here, plan_over(here, moved={})).failure is F.EGRESS
    assert look("http://8.8.8.8/", here, plan_over(here, moved={})).failure is F.EGRESS


@contextmanager
def tcp_resolver(address: str) -> Iterator[int]:
    """A resolver that answers one question over TCP."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        stream, _ = listener.accept()
        with stream:
            size = int.from_bytes(stream.recv(2), "big")
            server = DnsServer({"shop.test": [[address]]})
            answer = server.answer_to(stream.recv(size))
            stream.sendall(len(answer).to_bytes(2, "big") + answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    with listener:
        yield listener.getsockname()[1]
        thread.join(5)


@contextmanager
def connect_proxy(dns: int, web: int) -> Iterator[tuple[int, list[str]]]:
    """An HTTP proxy for two tunnels: what is asked of port 53 goes to ``dns``, else to ``web``."""
    listener, asked = socket.create_server(("127.0.0.1", 0)), list[str]()

    def serve() -> None:
        for _ in range(2):
            client, _ = listener.accept()
            head = b""
            while b"\r\n\r\n" not in head:
                head += client.recv(4096)
            asked.append(head.split(b" ")[1].decode())
            to = dns if asked[-1].endswith(":53") else web
            server = socket.create_connection(("127.0.0.1", to))
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            server.sendall(client.recv(4096))
            while part := server.recv(4096):
                client.sendall(part)
            server.close()
            client.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    with listener:
        yield listener.getsockname()[1], asked
        thread.join(5)
