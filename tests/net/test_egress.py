from __future__ import annotations

import socket
import time
from contextlib import closing
from typing import Any

import pytest

from domain.captures import Egress
from domain.errors import AddressRefused, TransportError
from domain.onion import onion_from_public_key
from net.egress import Fetcher, choose
from net.tor_pool import TorPool
from net.tor_probing import probe_tor, tor_answers
from tests.net.servers import config, raw_server, redirect, response
from tests.net.socks_server import socks_server

ONION = onion_from_public_key(bytes(range(32)))
OTHER = onion_from_public_key(bytes(range(1, 33)))


def page(path: str, write: Any) -> None:
    write(response(f"page {path}".encode()))


def failure(fetcher: Fetcher, url: str, **values: Any) -> TransportError:
    with pytest.raises(TransportError) as caught:
        fetcher.fetch(url, **values)
    return caught.value


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        return int(server.getsockname()[1])


def test_the_way_out_follows_from_the_host() -> None:
    assert choose(f"http://{ONION}/") is Egress.TOR
    assert choose(f"http://www.{ONION.upper()}./", "http://proxy:1") is Egress.TOR
    assert choose("https://shop.example/x.onion") is Egress.DIRECT
    assert choose("https://shop.example/", "http://proxy:1") is Egress.PROXY


def test_an_onion_goes_through_tor_by_name_and_on_circuits_of_its_own() -> None:
    with (
        raw_server(page) as (port, seen),
        socks_server(port) as (socks, asked),
        Fetcher(config(port, tor_socks=(f"127.0.0.1:{socks}",)), job="night-7") as fetcher,
    ):
        assert fetcher.fetch(f"http://{ONION}/a").body == b"page /a"
        assert fetcher.fetch(f"http://www.{OTHER}:8080/").body == b"page /"
    assert asked.rows == [
        ((ONION.removesuffix(".onion"), "night-7"), 3, ONION, 80),
        ((OTHER.removesuffix(".onion"), "night-7"), 3, f"www.{OTHER}", 8080),
    ]
    assert [host for host, _ in seen.requests] == [ONION, f"www.{OTHER}:8080"]


def test_no_onion_name_is_ever_looked_up_here(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    real = socket.getaddrinfo

    def getaddrinfo(host: Any, *arguments: Any, **options: Any) -> Any:
        asked.append(host)
        return real(host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    with (
        raw_server(lambda path, write: write(redirect(f"http://{OTHER}/"))) as (port, _),
        socks_server(port) as (socks, _),
        Fetcher(config(port, tor_socks=(f"127.0.0.1:{socks}",), max_redirects=0)) as fetcher,
    ):
        assert failure(fetcher, f"http://{ONION}/").reason == "redirects"
        failure(fetcher, "http://" + "a" * 56 + ".onion/")
        assert fetcher.fetch("http://shop.test/").status == 302
    assert [host for host in asked if "onion" in str(host)] == []


def test_an_onion_page_cannot_send_us_to_the_clearnet() -> None:
    with (
        raw_server(lambda path, write: write(redirect("http://shop.test/"))) as (port, seen),
        socks_server(port) as (socks, asked),
        Fetcher(config(port, tor_socks=(f"127.0.0.1:{socks}",))) as fetcher,
    ):
        got = fetcher.fetch(f"http://{ONION}/")
    assert (got.status, got.header("Location")) == (302, "http://shop.test/")
    assert len(seen.requests) == len(asked.rows) == 1


def test_a_bad_onion_name_does_not_even_reach_tor() -> None:
    with (
        socks_server(1) as (socks, asked),
        Fetcher(config(1, tor_socks=(f"127.0.0.1:{socks}",))) as fetcher,
    ):
        error = failure(fetcher, "http://" + "a" * 56 + ".onion/")
    assert (error.reason, error.permanent) == ("not_onion", True)
    assert asked.rows == []


@pytest.mark.parametrize("reply", [1, 4, 5, 6, 240])
def test_a_service_that_tor_cannot_reach_is_down(reply: int) -> None:
    with (
        socks_server(1, reply=reply) as (socks, _),
        Fetcher(config(1, tor_socks=(f"127.0.0.1:{socks}",))) as fetcher,
    ):
        error = failure(fetcher, f"http://{ONION}/")
    assert (error.reason, error.permanent) == ("onion_down", False)


def test_tor_that_is_not_there_or_mute_is_told_apart_from_a_dead_service() -> None:
    with Fetcher(config(1, tor_socks=(f"127.0.0.1:{free_port()}",))) as fetcher:
        assert failure(fetcher, f"http://{ONION}/").reason == "tor_down"

    def no_socks(path: str, write: Any) -> None:
        write(b"x")

    with (
        raw_server(no_socks) as (port, _),
        Fetcher(config(1, tor_socks=(f"127.0.0.1:{port}",))) as fetcher,
    ):
        started = time.monotonic()
        assert failure(fetcher, f"http://{ONION}/", timeout_s=0.5).reason == "timeout"
        assert time.monotonic() - started < 3


def test_a_proxy_that_never_answers_the_handshake_ends_with_the_fetch() -> None:
    with (
        socks_server(1, silent=True) as (socks, _),
        Fetcher(config(1, tor_socks=(f"127.0.0.1:{socks}",), tor_timeout_s=0.4)) as fetcher,
    ):
        started = time.monotonic()
        assert failure(fetcher, f"http://{ONION}/").reason == "timeout"
        assert time.monotonic() - started < 3


def test_a_mute_tor_client_gives_way_to_one_that_answers() -> None:
    def no_socks(path: str, write: Any) -> None:
        write(b"x")

    with (
        raw_server(page) as (port, _),
        raw_server(no_socks) as (mute, _),
        socks_server(port) as (socks, asked),
    ):
        clients = (f"127.0.0.1:{free_port()}", f"127.0.0.1:{mute}", f"127.0.0.1:{socks}")
        with Fetcher(config(1, tor_socks=clients, tor_timeout_s=60)) as fetcher:
            for _ in range(2):
                assert fetcher.fetch(f"http://{ONION}/").status == 200
    assert len(asked.rows) >= 1


def test_a_service_for_those_it_knows_is_locked() -> None:
    with (
        socks_server(1, reply=0xF4) as (socks, _),
        Fetcher(config(1, tor_socks=(f"127.0.0.1:{socks}",))) as fetcher,
    ):
        error = failure(fetcher, f"http://{ONION}/")
    assert (error.reason, error.permanent) == ("onion_locked", True)


def test_whether_tor_answers() -> None:
    with socks_server(1) as (socks, _):
        assert tor_answers(f"127.0.0.1:{socks}")
    assert not tor_answers(f"127.0.0.1:{free_port()}")
    with raw_server(page) as (port, _):
        assert not tor_answers(f"127.0.0.1:{port}", 0.3)
    with socks_server(1, silent=True) as (socks, _):
        assert not tor_answers(f"127.0.0.1:{socks}", 0.3)


def test_a_socks_proxy_gets_an_address_that_was_checked_here() -> None:
    with raw_server(page) as (port, _), socks_server(port) as (socks, asked):
        values = config(port, proxy=f"socks5://me:pw@127.0.0.1:{socks}")
        with Fetcher(values) as fetcher:
            assert fetcher.fetch("http://shop.test/").body == b"page /"
            assert isinstance(failure(fetcher, "http://10.0.0.1/"), AddressRefused)
    assert asked.rows == [(("me", "pw"), 1, "127.0.0.1", port)]


def test_a_socks5h_proxy_gets_the_name_but_no_private_address() -> None:
    with raw_server(page) as (port, _), socks_server(port) as (socks, asked):
        values = config(port, proxy=f"socks5h://127.0.0.1:{socks}")
        with Fetcher(values) as fetcher:
            assert fetcher.fetch("http://shop.example/").body == b"page /"
            for url in ("http://10.0.0.1/", "http://2130706433/", "http://localhost/"):
                assert isinstance(failure(fetcher, url), AddressRefused)
    assert asked.rows == [(("", ""), 3, "shop.example", 80)]


def test_an_http_proxy_gets_the_name_but_no_private_address() -> None:
    with (
        raw_server(page) as (proxy, seen),
        Fetcher(config(1, proxy=f"http://127.0.0.1:{proxy}")) as fetcher,
    ):
        got = fetcher.fetch("http://shop.example/x")
        for url in ("http://10.0.0.1/", "http://0x7f.1/", "http://localhost/"):
            assert isinstance(failure(fetcher, url), AddressRefused)
    assert got.body == b"page http://shop.example/x"
    assert len(seen.requests) == 1


def test_a_proxy_that_is_not_there_is_named() -> None:
    for scheme in ("socks5h", "http"):
        with Fetcher(config(1, proxy=f"{scheme}://127.0.0.1:{free_port()}")) as fetcher:
            assert failure(fetcher, "http://shop.example/").reason in ("proxy", "connection")


def test_a_probe_takes_silent_tor_clients_out_and_puts_them_back() -> None:
    gone = f"127.0.0.1:{free_port()}"
    with socks_server(1) as (socks, _):
        up = f"127.0.0.1:{socks}"
        pool = TorPool([up, gone], "night")
        pool.take_out(up)
        assert probe_tor(pool)
        assert pool.silent == (gone,)
    assert not probe_tor(pool)
    assert pool.silent == (up, gone)
