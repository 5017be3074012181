"""A service of one question and one answer: a real HTTP server on loopback."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

#: From the headers and the body that were posted: status, media type, body.
Answers = Callable[[Mapping[str, str], bytes], tuple[int, str, bytes]]


@contextmanager
def answering(answers: Answers, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """The address at which POST is answered by ``answers``, over ``tls`` as ``localhost``."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            data = self.rfile.read(int(self.headers["Content-Length"]))
            status, media_type, body = answers(self.headers, data)
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def get_request(self):
            connection, address = self.socket.accept()
            connection.settimeout(10)
            if tls is not None:
                connection = tls.wrap_socket(connection, server_side=True)
            return connection, address

        def handle_error(self, request, client_address) -> None:
            """A client that trusts nobody hangs up; it is the client that is tested."""

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        where = "https://localhost" if tls else "http://127.0.0.1"
        yield f"{where}:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
