"""A network on loopback to look at blocks in: sites, resolvers, and a plan to look by.

Names have addresses of the documentation networks, as the trial resolver gives them; the plan leads
each address to a server's port.
"""

from __future__ import annotations

import socket
import socketserver
import ssl
import struct
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from blocking.reach.fingerprints import Fingerprints, parse_fingerprints
from blocking.reach.plan import Bounds, Network, ReachPlan, Times, Vantage
from net.addresses import TestNetwork
from tests.net.certificates import write_certificate
from tests.net.servers import response

SITE, WALL, DEAD = "192.0.2.1", "192.0.2.66", "192.0.2.99"
NETWORKS = (
    TestNetwork.of("here", "127.0.0.0/8", ["*.test"]),
    TestNetwork.of("documentation", "192.0.2.0/24", ["*.test"]),
)
PAGE = response(b"<html>a shop that sells this and that</html>")
BLOCKED = response(b"<html>Access to this   RESOURCE is restricted</html>", "403 Forbidden")
KNOWN = b"""
[[fingerprint]]
name = "page of the operator"
status = 403
text = "this resource is restricted"

[[fingerprint]]
name = "sinkhole"
dns = ["192.0.2.200/32"]
"""


@dataclass
class Site:
    """What a server answers by host (``PAGE`` where none is named), and what it does to a TLS
    client that names one of ``resets``. ``asked`` are the hosts and paths that came."""

    port: int = 0
    answers: dict[str, bytes] = field(default_factory=dict)
    resets: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)
    asked: list[tuple[str, str]] = field(default_factory=list)


@contextmanager
def site(certificates: Mapping[str, ssl.SSLContext] | None = None) -> Iterator[Site]:
    """A server that speaks HTTP and, to who begins with a ClientHello, TLS, on one port."""
    state = Site()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                _serve(self.request, state, certificates or {})

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True
        block_on_close = False

    with Server(("127.0.0.1", 0), Handler) as server:
        state.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()


def _serve(stream: socket.socket, state: Site, tls: Mapping[str, ssl.SSLContext]) -> None:
    hello = stream.recv(4096, socket.MSG_PEEK)
    if hello[:1] == b"\x16":
        if any(name.encode() in hello for name in state.resets):
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            stream.close()
            return
        chosen = next((c for name, c in tls.items() if name.encode() in hello), None)
        if chosen is None:
            stream.sendall(response(b"plain HTTP", "400 Bad Request"))
            return
        stream = chosen.wrap_socket(stream, server_side=True)
    received = b""
    while b"\r\n\r\n" not in received:
        part = stream.recv(4096)
        if not part:
            return
        received += part
    head = received.decode("latin-1").split("\r\n")
    host = next(line[6:] for line in head if line.lower().startswith("host: "))
    state.asked.append((host, head[0].split(" ")[1]))
    if host in state.silent:
        stream.recv(1)  # until the client goes away
        return
    stream.sendall(state.answers.get(host, PAGE))
    stream.close()


def certificate(folder: Path, host: str) -> tuple[ssl.SSLContext, Path]:
    """The server's side of TLS for ``host``, and the chain that a client must trust."""
    folder.mkdir()
    key, chain = write_certificate(folder, host)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(chain, key)
    return server, chain


def trusting(*chains: Path) -> ssl.SSLContext:
    context = ssl.create_default_context()
    for chain in chains:
        context.load_verify_locations(chain)
    return context


def plan_over(
    *vantages: Vantage,
    moved: Mapping[str, int],
    tls: ssl.SSLContext | None = None,
    known: bytes = KNOWN,
    **bounds: Any,
) -> ReachPlan:
    """A plan in which connections to an address go to a port of this machine. The reference is
    ``http://reference.test/``."""
    return ReachPlan(
        vantages=vantages,
        references=("http://reference.test/",),
        fingerprints=parse_fingerprints(known, "known") if known else Fingerprints(),
        network=Network(
            "tester",
            NETWORKS,
            {address: f"127.0.0.1:{port}" for address, port in moved.items()},
            tls,
        ),
        bounds=Bounds(**{"seconds": 3.0, **bounds}),
        times=Times(),
    )


def closed_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
