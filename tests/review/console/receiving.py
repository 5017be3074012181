"""Those who are told by webhook: a real HTTPS server on loopback."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Hook:
    """What was posted: path, headers, body. ``status`` is what is answered."""

    posts: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)
    status: int = 204
    port: int = 0


@contextmanager
def hook_server(tls: ssl.SSLContext) -> Iterator[Hook]:
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.posts.append((self.path, dict(self.headers), json.loads(body)))
            self.send_response(hook.status)
            if 300 <= hook.status < 400:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Tests are quiet."""

    class Server(ThreadingHTTPServer):
        def get_request(self):
            connection, address = self.socket.accept()
            connection.settimeout(10)
            return tls.wrap_socket(connection, server_side=True), address

        def handle_error(self, request, client_address) -> None:
            """A client that trusts nobody hangs up; it is the client that is tested."""

    with Server(("127.0.0.1", 0), Handler) as server:
        hook.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield hook
        finally:
            server.shutdown()
            thread.join()
