from __future__ import annotations

import socket
import time
from typing import Any

import pytest

from domain.errors import AddressRefused, InputError, TransportError
from net.addresses import TestNetwork
from net.resolving import Endpoint, Resolver, literal_address

WORLD = TestNetwork.of("world", "127.0.0.0/8", ["*.test"])


def answering(*addresses: str) -> Any:
    def getaddrinfo(host: str, *_: Any, **__: Any) -> list[Any]:
        return [(0, 0, 0, "", (address, 0)) for address in addresses]

    return getaddrinfo


def test_an_override_maps_address_and_port_the_longest_pattern_first() -> None:
    resolver = Resolver(
        {
            "*.test": "127.0.0.1:81",
            "*.shop.test": "127.0.0.2",
            "a.shop.test": "[::ffff:1.1.1.1]:83",
        },
        [WORLD],
    )
    found = {
        host: [(str(e.address), e.port) for e in resolver.resolve(host, 80)]
        for host in ("x.test", "b.shop.test", "A.Shop.Test.")
    }
    assert found == {
        "x.test": [("127.0.0.1", 81)],
        "b.shop.test": [("127.0.0.2", 80)],
        "A.Shop.Test.": [("::ffff:101:101", 83)],
    }


def test_an_override_is_checked_too() -> None:
    with pytest.raises(AddressRefused, match="private"):
        Resolver({"*.test": "10.0.0.1"}, [WORLD]).resolve("x.test", 80)


@pytest.mark.parametrize("text", ["localhost:80", "1.2.3", "1.2.3.4:http", "", "[::1"])
def test_an_override_that_is_no_address_is_refused_at_once(text: str) -> None:
    with pytest.raises(InputError, match=r"\*\.test"):
        Resolver({"*.test": text})


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "017700000001",
        "127.1",
        "[::1]",
        "::ffff:127.0.0.1",
        "localhost",
        "deep.localhost",
    ],
)
def test_every_spelling_of_this_machine_is_refused(host: str) -> None:
    with pytest.raises(AddressRefused, match="loopback"):
        Resolver().resolve(host, 80)


def test_what_is_no_address_stays_a_name() -> None:
    assert literal_address("1.2.3.4.5") is None
    assert literal_address("256.256.256.256") is None
    assert literal_address("0xabc.example") is None


def test_an_onion_name_never_reaches_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *_, **__: asked.append(host))
    for host in ("x.onion", "X.ONION.", "sub.x.onion"):
        with pytest.raises(TransportError) as caught:
            Resolver().resolve(host, 80)
        assert caught.value.reason == "onion_refused"
    assert asked == []


def test_private_answers_are_left_out_and_only_private_ones_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answering("10.0.0.1", "1.1.1.1", "::1"))
    (endpoint,) = Resolver().resolve("mixed.example", 443)
    assert (str(endpoint.address), endpoint.port) == ("1.1.1.1", 443)
    monkeypatch.setattr(socket, "getaddrinfo", answering("10.0.0.1", "192.168.0.1"))
    with pytest.raises(AddressRefused):
        Resolver().resolve("inside.example", 443)


def test_search_domains_of_the_machine_are_kept_out(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def getaddrinfo(host: str, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        return [(0, 0, 0, "", ("1.1.1.1", 0))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    Resolver().resolve("shop.example", 80)
    assert asked == ["shop.example."]


def test_an_answer_is_kept_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    resolver = Resolver(ttl_s=60, monotonic=lambda: now[0])
    monkeypatch.setattr(socket, "getaddrinfo", answering("1.1.1.1"))
    first = resolver.resolve("shop.example", 80)
    monkeypatch.setattr(socket, "getaddrinfo", answering("9.9.9.9"))
    now[0] = 59
    assert resolver.resolve("shop.example", 81) == [Endpoint(first[0].address, 81)]
    now[0] = 61
    assert str(resolver.resolve("shop.example", 80)[0].address) == "9.9.9.9"


def test_a_name_that_is_none_fails_for_good() -> None:
    for host in ("a" * 64 + ".example", "", "a..b"):
        with pytest.raises(TransportError) as caught:
            Resolver().resolve(host, 80)
        assert caught.value.reason == "dns"
        assert caught.value.permanent


def test_a_name_server_that_stays_silent_holds_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def getaddrinfo(*_: Any, **__: Any) -> list[Any]:
        time.sleep(1.5)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    started = time.monotonic()
    with pytest.raises(TransportError) as caught:
        Resolver().resolve("slow.example", 80, timeout=0.2)
    assert caught.value.reason == "timeout"
    assert time.monotonic() - started < 1
