"""Names are looked up at the servers that the operator names; answers are checked each time."""

from __future__ import annotations

import socket

import pytest

from domain.errors import AddressRefused, InputError, TransportError
from net.addresses import TestNetwork
from net.resolving import Resolver
from tests.net.dns_server import DnsServer

WORLD = [TestNetwork.of("world", "127.0.0.1/32", ["*.example"])]


def test_the_servers_answer_and_not_the_system() -> None:
    with DnsServer({"shop.example": [["127.0.0.1"]], "none.example": [[]]}).running() as server:
        resolver = Resolver({}, WORLD, servers=[server.address])
        (endpoint,) = resolver.resolve("shop.example", 80, timeout=5)
        assert (str(endpoint.address), endpoint.port) == ("127.0.0.1", 80)
        for name in ("nowhere.example", "none.example"):
            with pytest.raises(TransportError, match="no address") as caught:
                resolver.resolve(name, 80, timeout=5)
            assert (caught.value.reason, caught.value.permanent) == ("dns", True)


def test_a_name_that_comes_to_point_inside_is_refused_from_then_on() -> None:
    answers = {"rebind.example": [["127.0.0.1"], ["10.0.0.1"], ["127.0.0.1", "192.168.0.1"]]}
    with DnsServer(answers).running() as server:
        resolver = Resolver({}, WORLD, servers=[server.address], ttl_s=0)
        assert [str(one.address) for one in resolver.resolve("rebind.example", 80)] == ["127.0.0.1"]
        with pytest.raises(AddressRefused):
            resolver.resolve("rebind.example", 80)
        assert [str(one.address) for one in resolver.resolve("rebind.example", 80)] == ["127.0.0.1"]


def test_a_server_that_does_not_answer_is_waited_for_no_longer_than_allowed() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mute:
        mute.bind(("127.0.0.1", 0))
        resolver = Resolver({}, WORLD, servers=[f"127.0.0.1:{mute.getsockname()[1]}"])
        with pytest.raises(TransportError) as caught:
            resolver.resolve("shop.example", 80, timeout=0.3)
    assert caught.value.reason == "timeout"


def test_a_server_is_an_address() -> None:
    with pytest.raises(InputError, match="dns_servers"):
        Resolver(servers=["dns.example"])
