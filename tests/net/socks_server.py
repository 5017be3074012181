"""A SOCKS5 server on loopback that forwards everything to one port, as Tor does."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import ip_address


@dataclass
class Asked:
    """What clients asked for: (user, password), kind of address, host, port."""

    rows: list[tuple[tuple[str, str], int, str, int]] = field(default_factory=list)


@contextmanager
def socks_server(
    forward_to: int, *, reply: int = 0, silent: bool = False
) -> Iterator[tuple[int, Asked]]:
    asked = Asked()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            if silent:
                self.rfile.read()
                return
            with suppress(OSError, IndexError):
                _serve(self, asked, forward_to, reply)

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True
        block_on_close = False

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server.server_address[1], asked
        finally:
            server.shutdown()
            thread.join()


def _serve(
    handler: socketserver.StreamRequestHandler, asked: Asked, forward_to: int, reply: int
) -> None:
    read, write = handler.rfile.read, handler.connection.sendall
    methods = read(read(2)[1])
    credentials = ("", "")
    method = 2 if 2 in methods else 0
    write(bytes((5, method)))
    if method == 2:
        read(1)
        credentials = (read(read(1)[0]).decode(), read(read(1)[0]).decode())
        write(b"\x01\x00")
    kind = read(4)[3]
    named = kind == 3
    host = read(read(1)[0]).decode() if named else str(ip_address(read(4 if kind == 1 else 16)))
    port = int.from_bytes(read(2), "big")
    asked.rows.append((credentials, kind, host, port))
    write(bytes((5, reply, 0, 1)) + bytes(6))
    if not reply:
        with socket.create_connection(("127.0.0.1", forward_to)) as onward:
            _join(handler.connection, onward)


def _join(near: socket.socket, far: socket.socket) -> None:
    def copy(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)

    thread = threading.Thread(target=copy, args=(near, far), daemon=True)
    thread.start()
    copy(far, near)
    thread.join()
