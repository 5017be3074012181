"""A plain, fast server of a generated graph: ``python -m bench.server SEED PAGES``.

Prints its port, serves until its standard input ends, then prints how many requests it served
and the seconds between the first and the last, as JSON.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from bench.graph import Graph, make_graph


@dataclass
class Log:
    served: int = 0
    missing: int = 0
    first: float = 0.0
    last: float = 0.0

    def note(self, *, found: bool) -> None:
        self.last = time.monotonic()
        self.first = self.first or self.last
        self.served += 1
        self.missing += not found


class Serving(asyncio.Protocol):
    """Keep-alive, one request at a time on a connection, no pipelining."""

    def __init__(self, graph: Graph, log: Log) -> None:
        self._graph, self._log = graph, log
        self._read = b""
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._read += data
        while b"\r\n\r\n" in self._read:
            head, _, self._read = self._read.partition(b"\r\n\r\n")
            self._answer(head.decode("latin-1"))

    def _answer(self, head: str) -> None:
        first, *rest = head.split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in rest if ": " in line)
        host = headers.get("host", "").partition(":")[0]
        page = self._graph.pages.get(f"http://{host}{first.split(' ')[1]}")
        self._log.note(found=page is not None)
        body = page.html().encode() if page else b"<title>404</title>not here"
        status = "200 OK" if page else "404 Not Found"
        self._transport.write(
            f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\n"
            f"Content-Length: {len(body)}\r\n\r\n".encode()
            + body
        )


async def serve(graph: Graph) -> Log:
    """Serve until standard input ends."""
    log, loop = Log(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: Serving(graph, log), "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()
    return log


@dataclass
class Running:
    """A server in a process of its own; ``log`` is there once it has stopped."""

    port: int
    root: str
    log: dict[str, float] = field(default_factory=dict)


@contextmanager
def running(seed: int, pages: int) -> Iterator[Running]:
    """Serve a graph while the block runs."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.server", str(seed), str(pages)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    root, port = process.stdout.readline().strip(), process.stdout.readline().strip()
    found = Running(int(port), root)
    try:
        yield found
    finally:
        out, _ = process.communicate(timeout=60)
        found.log.update(json.loads(out))


def host_of(root: str) -> str:
    return urlsplit(root).hostname or ""


def main() -> int:
    seed, pages = map(int, sys.argv[1:])
    graph = make_graph(seed, pages=pages)
    print(graph.root, flush=True)
    log = asyncio.run(serve(graph))
    print(
        json.dumps({"served": log.served, "missing": log.missing, "seconds": log.last - log.first})
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
