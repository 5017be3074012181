"""Real HTTP servers on loopback, many hosts on one port, that log every request they serve."""

from __future__ import annotations

import ssl
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Asked:
    """One request as a page sees it; ``handler`` is for pages that misbehave."""

    host: str
    path: str
    headers: dict[str, str]
    handler: BaseHTTPRequestHandler


@dataclass
class Reply:
    body: bytes | str = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    kind: str = "text/html; charset=utf-8"


PageMaker = Callable[[Asked], Reply | None]


class Web:
    """Pages by host; ``served`` is the server's own log."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.tls = tls
        self.pages: dict[str, PageMaker] = {}
        self.served: Counter[str] = Counter()
        self.methods: Counter[str] = Counter()
        self.lock = threading.Lock()
        self.port = 0

    def site(self, host: str, pages: dict[str, Reply | PageMaker]) -> None:
        def page(asked: Asked) -> Reply | None:
            found = pages.get(asked.path, Reply("<title>404</title>Not here", 404))
            return found(asked) if callable(found) else found

        self.pages[host] = page

    @contextmanager
    def running(self) -> Iterator[Web]:
        web = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                host = self.headers.get("Host", "").partition(":")[0]
                with web.lock:
                    web.served[f"http://{host}{self.path}"] += 1
                    web.methods[self.command] += 1
                maker = web.pages.get(host)
                asked = Asked(host, self.path, dict(self.headers), self)
                reply = maker(asked) if maker else Reply("no such host", 404)
                if reply is None:
                    self.close_connection = True
                    return
                body = reply.body.encode() if isinstance(reply.body, str) else reply.body
                self.send_response(reply.status)
                headers = {"Content-Type": reply.kind, "Content-Length": str(len(body))}
                for name, value in {**headers, **reply.headers}.items():
                    if value:
                        self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            do_HEAD = do_POST = do_GET

            def handle(self) -> None:
                try:
                    super().handle()
                except (ConnectionError, TimeoutError):
                    self.close_connection = True

            def log_message(self, format: str, *args: object) -> None:
                """The log is ``served``."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        if self.tls is not None:
            server.socket = self.tls.wrap_socket(server.socket, server_side=True)
        self.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def html(body: str, title: str = "Page", head: str = "") -> Reply:
    return Reply(f"<html><head><title>{title}</title>{head}</head><body>{body}</body></html>")


def links(*urls: str, text: str = "An ordinary page with a few words of its own.") -> str:
    return f"<p>{text}</p>" + "".join(f'<a href="{url}">to {url}</a>\n' for url in urls)
