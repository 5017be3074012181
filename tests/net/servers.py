"""Real servers on loopback for the tests of fetching."""

from __future__ import annotations

import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from net.addresses import TestNetwork
from net.client import NetConfig

WORLD = TestNetwork.of("world", "127.0.0.0/8", ["*.test"])


@dataclass
class Seen:
    """Requests as they came: host header and path."""

    requests: list[tuple[str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    connections: int = 0


Answer = Callable[[str, Any], None]


@contextmanager
def raw_server(answer: Answer, tls: ssl.SSLContext | None = None) -> Iterator[tuple[int, Seen]]:
    """A server whose ``answer(path, write)`` writes the bytes of a response as it likes.

    The connection is closed after each response.
    """
    seen = Seen()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            seen.connections += 1
            try:
                stream = tls.wrap_socket(self.request, server_side=True) if tls else self.request
                _serve(stream, answer, seen)
            except (OSError, ssl.SSLError):
                return

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True
        block_on_close = False

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server.server_address[1], seen
        finally:
            server.shutdown()
            thread.join()


def _serve(stream: socket.socket, answer: Answer, seen: Seen) -> None:
    received = b""
    while b"\r\n\r\n" not in received:
        part = stream.recv(65536)
        if not part:
            return
        received += part
        if received.startswith(b"\x16\x03"):  # a TLS client at a server that speaks none
            stream.sendall(response(b"plain HTTP", "400 Bad Request"))
            return
    lines = received.decode("latin-1").split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines[1:] if ": " in line)
    headers = {name.lower(): value for name, value in headers.items()}
    path = lines[0].split(" ")[1]
    seen.requests.append((headers.get("host", ""), path))
    seen.headers.append(headers)
    answer(path, stream.sendall)
    stream.close()


def response(
    body: bytes = b"", status: str = "200 OK", *headers: str, length: int | None = None
) -> bytes:
    """A response of HTTP/1.1 with its length, after which the connection is closed."""
    size = len(body) if length is None else length
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {size}", "Connection: close"]
    return "\r\n".join([*lines, "", ""]).encode() + body


def redirect(to: str, status: str = "302 Found") -> bytes:
    return response(b"", status, f"Location: {to}")


def config(port: int, **values: Any) -> NetConfig:
    """All hosts below ``test`` are on ``port`` of this machine."""
    return NetConfig(
        user_agent="tester",
        test_networks=(WORLD,),
        resolver_overrides={"*.test": f"127.0.0.1:{port}"},
        **values,
    )
