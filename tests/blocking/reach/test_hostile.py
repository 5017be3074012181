"""Resolvers and servers that answer anything: a look ends, and says what it met."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from blocking.reach.asking import ask
from blocking.reach.measurement import Failure
from blocking.reach.plan import Vantage
from blocking.reach.probing import look
from tests.blocking.reach.world import SITE, plan_over, site
from tests.net.dns_server import DnsServer

QUICK = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@dataclass
class Liar:
    """A resolver that sends ``payload`` after the id of each question."""

    address: str = ""
    payload: bytes = b""


@pytest.fixture(scope="module")
def liar() -> Iterator[Liar]:
    with lying() as found:
        yield found


@contextmanager
def lying() -> Iterator[Liar]:
    state = Liar()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        state.address = "{}:{}".format(*udp.getsockname())

        def serve() -> None:
            while (got := udp.recvfrom(4096))[0]:
                udp.sendto(got[0][:2] + state.payload, got[1])

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield state
        udp.sendto(b"", udp.getsockname())
        thread.join()


@QUICK
@given(st.binary(max_size=100))
@example(b"\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00")
@example(b"\x83\x80" + b"\x00" * 8)
def test_a_resolver_may_say_anything(liar: Liar, payload: bytes) -> None:
    liar.payload = payload
    answer = ask("shop.test", Vantage("operator", liar.address), 0.3)
    assert answer.failure.value.startswith("dns_")


@QUICK
@given(st.binary(max_size=300), st.sampled_from(["http", "https"]))
@example(b"HTTP/1.1 200 OK\r\nLocation: http://[\r\n\r\n", "http")
@example(b"HTTP/1.1 302 Found\r\nLocation: http://[\r\nContent-Length: 0\r\n\r\n", "http")
@example(b"HTTP/1.1 999 Found\r\nContent-Length: 99\r\n\r\n", "http")
@example(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "http")
def test_a_server_may_send_anything(payload: bytes, scheme: str) -> None:
    with DnsServer({"shop.test": [[SITE]]}).running() as dns, site() as shop:
        shop.answers["shop.test"] = payload
        here = Vantage("operator", dns.address)
        plan = plan_over(here, moved={SITE: shop.port}, seconds=1.0)
        seen = look(f"{scheme}://shop.test/", here, plan)
    assert seen.failure is Failure.ANSWERED or seen.status == 0
    assert not seen.page


def test_a_server_that_drips_is_left_when_the_time_is_over() -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        stream, _ = listener.accept()
        with stream:
            stream.recv(4096)
            try:
                for char in b"HTTP/1.1 200 OK\r\nX: " + b"x" * 10_000:
                    stream.sendall(bytes([char]))
                    threading.Event().wait(0.02)
            except OSError:
                return

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    with listener, DnsServer({"shop.test": [[SITE]]}).running() as dns:
        here = Vantage("operator", dns.address)
        plan = plan_over(here, moved={SITE: listener.getsockname()[1]}, seconds=1.0)
        assert look("http://shop.test/", here, plan).failure is Failure.HTTP_TIMEOUT
        thread.join(5)
