"""What a hostile page tries from inside the browser, and that nothing of it arrives anywhere."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from crawlers.rendering.client import Renderer
from crawlers.rendering.orders import End, RendererPlan
from domain.onion import onion_from_public_key
from tests.crawlers.servers import Asked, Reply, Web
from tests.crawlers.socks import Socks
from tests.world.hostile.scripts import private_prober

WAIT_S = 120


class Trap:
    """A TCP and a UDP port of this machine that nobody may ever reach."""

    def __init__(self) -> None:
        self.tcp = socket.create_server(("127.0.0.1", 0))
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", 0))
        self.caught: list[str] = []

    @property
    def port(self) -> int:
        port: int = self.tcp.getsockname()[1]
        return port

    @property
    def udp_port(self) -> int:
        port: int = self.udp.getsockname()[1]
        return port

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.tcp.accept()
            except OSError:
                return
            self.caught.append("tcp")
            connection.close()

    def _receive(self) -> None:
        while True:
            data = self.udp.recv(2048)
            if data == b"end":
                return
            self.caught.append("udp")

    @contextmanager
    def set(self) -> Iterator[Trap]:
        threads = [threading.Thread(target=one) for one in (self._accept, self._receive)]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self.tcp.shutdown(socket.SHUT_RDWR)
            self.tcp.close()
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
                end.sendto(b"end", ("127.0.0.1", self.udp_port))
            for thread in threads:
                thread.join()
            self.udp.close()


@pytest.fixture
def trap() -> Iterator[Trap]:
    with Trap().set() as set_up:
        yield set_up


def test_the_trap_catches_what_comes(trap: Trap) -> None:
    socket.create_connection(("127.0.0.1", trap.port)).close()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        any_socket.sendto(b"x", ("127.0.0.1", trap.udp_port))
    deadline = time.monotonic() + WAIT_S
    while len(trap.caught) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert sorted(trap.caught) == ["tcp", "udp"]


def test_nothing_private_is_reached_by_any_way_that_a_script_knows(
    web: Web, renderer: Callable[..., Renderer], trap: Trap
) -> None:
    page = private_prober(trap.port, trap.udp_port)
    web.site("probe.test", {"/": Reply(page)})
    url = "http://probe.test/"
    done = renderer().order(url, url).result(WAIT_S)
    assert done.end is End.RENDERED, done
    assert "все способы испробованы" in done.dom, "the script ran to its end"
    assert trap.caught == []
    assert web.served == {url: 1}
    assert done.requests == 1
    assert done.refused["address refused"] >= 2, done.refused
    for reason in ("frame", "no TLS in a tunnel", "method POST"):
        assert done.refused.get(reason), (reason, done.refused)


def test_a_redirect_into_private_space_ends_there(
    web: Web, renderer: Callable[..., Renderer], trap: Trap
) -> None:
    web.site(
        "moved.test", {"/": Reply("", 302, {"Location": f"http://127.0.0.1:{trap.port}/secret"})}
    )
    url = "http://moved.test/"
    done = renderer().order(url, url).result(WAIT_S)
    assert (done.end, done.moved_to) == (End.MOVED, f"http://127.0.0.1:{trap.port}/secret")
    assert trap.caught == []
    assert done.refused == {"document of another site": 1}


def test_a_name_that_leads_into_private_space_is_refused(
    web: Web, plan: RendererPlan, renderer: Callable[..., Renderer], trap: Trap
) -> None:
    rebound = {**plan.net.resolver_overrides, "evil.example": f"127.0.0.1:{trap.port}"}
    web.site("probe.test", {"/": Reply("<script>fetch('http://evil.example/')</script>")})
    url = "http://probe.test/"
    net = replace(plan.net, resolver_overrides=rebound)
    done = renderer(net=net).order(url, url).result(WAIT_S)
    assert done.end is End.RENDERED
    assert done.refused["address refused"] == 1
    assert trap.caught == []


ONION, OTHER = (onion_from_public_key(bytes([n]) * 32) for n in (1, 2))


def test_an_onion_page_reaches_itself_alone(
    web: Web, plan: RendererPlan, renderer: Callable[..., Renderer]
) -> None:
    web.site(
        ONION,
        {
            "/": Reply(
                '<div id=root></div><script src="http://cdn.test/lib.js"></script>'
                f'<script>Promise.allSettled([fetch("/own.json").then(r => r.text()).then(t => '
                f'{{document.title = t}}), fetch("http://spy.test/seen"), '
                f'fetch("http://{OTHER}/")])</script>'
            ),
            "/own.json": Reply("моё", kind="application/json"),
        },
    )
    web.site(OTHER, {"/": Reply("not for you")})
    web.site("spy.test", {"/seen": Reply("seen")})
    web.site("cdn.test", {"/lib.js": Reply("", kind="text/javascript")})
    url = f"http://{ONION}/"
    with Socks({ONION: web.port, OTHER: web.port}).running() as socks:
        net = replace(plan.net, tor_socks=(f"127.0.0.1:{socks.port}",))
        done = renderer(net=net).order(url, url).result(WAIT_S)
    assert done.end is End.RENDERED, done
    assert "<title>моё</title>" in done.dom
    assert web.served == {url: 1, f"{url}own.json": 1}
    assert {(user, host) for user, _, host, _ in socks.asked} == {(ONION[:56], ONION)}
    assert done.refused["clearnet from an onion"] == 2
    assert done.refused["another onion"] == 1
    assert done.requests == 2


def test_a_clearnet_page_reaches_no_onion(
    web: Web, plan: RendererPlan, renderer: Callable[..., Renderer]
) -> None:
    web.site("probe.test", {"/": Reply(f"<script>fetch('http://{ONION}/')</script>")})
    web.site(ONION, {"/": Reply("secret")})
    url = "http://probe.test/"
    with Socks({ONION: web.port}).running() as socks:
        net = replace(plan.net, tor_socks=(f"127.0.0.1:{socks.port}",))
        done = renderer(net=net).order(url, url).result(WAIT_S)
    assert done.refused["onion from the clearnet"] == 1
    assert socks.asked == []
    assert web.served == {url: 1}


def test_the_proxy_is_out_of_reach_of_other_processes(
    web: Web, renderer: Callable[..., Renderer]
) -> None:
    """The doors stand in a network namespace of the browser's own."""
    before = sockets_below_us()
    opened: list[set[str]] = []

    def look(asked: Asked) -> Reply:
        new = sockets_below_us() - before
        assert new, "the browser and its guard hold sockets"
        opened.append(listening_here() & new)
        return Reply("<p>while a page is served")

    web.site("probe.test", {"/": look})
    url = "http://probe.test/"
    assert renderer().order(url, url).result(WAIT_S).end is End.RENDERED
    assert opened == [set()]


def listening_here() -> set[str]:
    """Inodes of the sockets that listen in our own network namespace, whosever they are."""
    lines = Path("/proc/self/net/tcp").read_text().splitlines()
    return {line.split()[9] for line in lines if line.split()[3] == "0A"}


def sockets_below_us() -> set[str]:
    """Inodes of the sockets that our child processes hold."""
    found = set()
    for process in psutil.Process().children(recursive=True):
        with suppress(OSError):
            links = [str(one.readlink()) for one in Path(f"/proc/{process.pid}/fd").iterdir()]
            found |= {link[8:-1] for link in links if link.startswith("socket:[")}
    return found
