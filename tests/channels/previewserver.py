"""A real HTTP server on loopback that previews channels as ``t.me`` does, and counts."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.channels.pages import FakeChannel, landing_html, page_html

HOST = "preview.test"


class PreviewServer:
    """``faults`` maps a path with query to answers that come first: a status, or raw HTML.

    ``drift`` is what the markup of all pages has become: new names by the old ones.

    ``landings`` maps names without preview to their landing page. ``served`` counts by path.
    """

    def __init__(self) -> None:
        self.channels: dict[str, FakeChannel] = {}
        self.landings: dict[str, str] = {}
        self.faults: dict[str, list[int | str]] = {}
        self.redirects: dict[str, str] = {}
        self.drift: dict[str, str] = {}
        self.served: Counter[str] = Counter()
        self.latency_s = 0.0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._server.server_port}"

    def put(self, *channels: FakeChannel) -> None:
        self.channels.update({channel.name: channel for channel in channels})

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, path: str) -> tuple[int, str, dict[str, str]]:
        if self.faults.get(path):
            fault = self.faults[path].pop(0)
            return (200, fault, {}) if isinstance(fault, str) else (fault, "no", {})
        if path in self.redirects:
            return 302, "", {"Location": self.redirects[path]}
        parts = urlsplit(path)
        *folder, name = parts.path.strip("/").split("/")
        if folder == ["s"] and name in self.channels:
            before = parse_qs(parts.query).get("before", [""])[0]
            return 200, page_html(self.channels[name], int(before) if before else None), {}
        if folder == ["s"]:
            return 302, "", {"Location": f"http://{HOST}/{name}"}
        return 200, self.landings.get(name, landing_html(name, verb="Contact")), {}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        world = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                world.served[self.path] += 1
                time.sleep(world.latency_s)
                status, text, headers = world.answer(self.path)
                for old, new in world.drift.items():
                    text = text.replace(old, new)
                body = text.encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None:
                """The server keeps its own counts."""

        return Handler


@contextmanager
def running() -> Iterator[PreviewServer]:
    server = PreviewServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()
