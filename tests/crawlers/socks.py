"""A SOCKS5 server on loopback that stands in for Tor: it knows some onions and no others."""

from __future__ import annotations

import socket
import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager


def _exactly(connection: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        more = connection.recv(count - len(data))
        if not more:
            raise ConnectionError
        data += more
    return data


class Socks:
    """``asked`` holds (user, password, host, port) of every CONNECT.

    ``at`` is the port to listen on, 0 for any.
    ``refusals`` are reply codes that a host's next CONNECTs get before it is reached.
    """

    def __init__(self, known: dict[str, int]) -> None:
        self.known = known
        self.refusals: dict[str, list[int]] = {}
        self.asked: list[tuple[str, str, str, int]] = []
        self.at = self.port = 0

    @contextmanager
    def running(self) -> Iterator[Socks]:
        outer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                try:
                    self._serve()
                except OSError:
                    return

            def _serve(self) -> None:
                me: socket.socket = self.request
                methods = _exactly(me, _exactly(me, 2)[1])
                if 2 not in methods:
                    me.sendall(b"\x05\x00")
                    user = password = ""
                else:
                    me.sendall(b"\x05\x02")
                    user = _exactly(me, _exactly(me, 2)[1]).decode()
                    password = _exactly(me, _exactly(me, 1)[0]).decode()
                    me.sendall(b"\x01\x00")
                kind = _exactly(me, 4)[3]
                assert kind == 3, "onion names go to Tor as names"
                host = _exactly(me, _exactly(me, 1)[0]).decode()
                port = struct.unpack(">H", _exactly(me, 2))[0]
                outer.asked.append((user, password, host, port))
                refusals = outer.refusals.get(host, [])
                code = refusals.pop(0) if refusals else 0 if host in outer.known else 4
                if code:
                    me.sendall(bytes((5, code, 0, 1)) + bytes(6))
                    return
                with socket.create_connection(("127.0.0.1", outer.known[host])) as there:
                    me.sendall(b"\x05\x00\x00\x01\0\0\0\0\0\0")
                    back = threading.Thread(target=_copy, args=(there, me), daemon=True)
                    back.start()
                    _copy(me, there)
                    back.join()

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True

        server = Server(("127.0.0.1", self.at), Handler)
        self.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        return
