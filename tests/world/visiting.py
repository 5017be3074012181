"""A visitor of the world for its own tests: plain HTTP to its port, the host in the header."""

from __future__ import annotations

from types import TracebackType
from urllib.parse import urlsplit

import httpx


class Visitor:
    """Fetches URLs of the world as they are written, whatever their host; follows nothing."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.client = httpx.Client(timeout=20, trust_env=False)

    def request(self, url: str, method: str = "GET", **headers: str) -> httpx.Request:
        parts = urlsplit(url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        here = f"http://127.0.0.1:{self._port}{target}"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.build_request(method, here, headers={"Host": parts.netloc, **named})

    def get(self, url: str, method: str = "GET", **headers: str) -> httpx.Response:
        return self.client.send(self.request(url, method, **headers))

    def __enter__(self) -> Visitor:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.client.close()
