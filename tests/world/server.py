"""One HTTP/1.1 server on one loopback port that tells its sites apart by the Host header."""

from __future__ import annotations

import asyncio
import contextlib
import email.utils
import threading
from collections.abc import AsyncIterator, Mapping
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from tests.world.accesslog import Access, AccessLog
from tests.world.control import control_handler
from tests.world.exchange import Handler, Request, Response, html

CONTROL_HOST = "control.test"
IDLE_S = 120.0
_MAX_HEADER = 256 * 1024
_STOP_S = 10.0


class WorldServer:
    """Serves ``handlers`` by exact host name; a name ``*.x`` stands for all names below ``x``.

    The server runs on a thread of its own. ``latency_ms`` delays every response. Requests to
    ``control.test`` are answered but never counted or logged.
    """

    def __init__(
        self,
        handlers: Mapping[str, Handler],
        log_path: Path,
        latency_ms: float = 0.0,
        port: int = 0,
    ) -> None:
        self._handlers = dict(handlers)
        self._latency_s = latency_ms / 1000
        self._wanted_port = port
        self.log = AccessLog(log_path)
        self._handlers[CONTROL_HOST] = control_handler(self.log)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, name="world-server", daemon=True)
        self._ready = threading.Event()
        self._failed: OSError | None = None
        self._stop = asyncio.Event()
        self.port = 0

    def start(self) -> int:
        """Begin to serve; returns the port. Raises OSError where it cannot be had."""
        self._thread.start()
        self._ready.wait()
        if self._failed is not None:
            self._thread.join(_STOP_S)
            self.log.close()
            raise self._failed
        return self.port

    def add(self, handlers: Mapping[str, Handler]) -> None:
        """Serve more hosts from now on (for handlers that need to know the port)."""
        self._handlers.update(handlers)

    def stop(self) -> None:
        """End all connections and the thread. May be called twice."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(_STOP_S)
        self.log.close()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._run())
        finally:
            self._loop.close()

    async def _run(self) -> None:
        connections: set[asyncio.Task[None]] = set()

        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = self._loop.create_task(self._connection(reader, writer))
            connections.add(task)
            task.add_done_callback(connections.discard)

        try:
            server = await asyncio.start_server(
                accept, "127.0.0.1", self._wanted_port, limit=_MAX_HEADER, backlog=1024
            )
        except OSError as error:
            self._failed = error
            self._ready.set()
            return
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        for task in connections:
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)
        await server.wait_closed()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (head := await _read_head(reader)) is not None:
                request = parse_head(head)
                if request is None:
                    writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
                    break
                if not await self._answer(request, writer):
                    break
        except (ConnectionError, TimeoutError):
            pass  # the client hung up or went silent: the log has said so where it matters
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _answer(self, request: Request, writer: asyncio.StreamWriter) -> bool:
        """Send one response; returns whether the connection can be used again."""
        if self._latency_s:
            await asyncio.sleep(self._latency_s)
        response = self._respond(request)
        if request.host == CONTROL_HOST:
            return await _send(request, response, writer, [])
        began = self.log.begin(request.host, response.status)
        sent: list[int] = []
        completed = False
        try:
            reusable = await _send(request, response, writer, sent)
            completed = _is_complete(request, response, sum(sent))
            return reusable
        finally:
            self.log.end(
                Access(began, request.host, request.target, response.status, sum(sent), completed)
            )

    def _respond(self, request: Request) -> Response:
        if request.method not in {"GET", "HEAD"}:
            return Response(405, b"", headers=(("Allow", "GET, HEAD"),))
        return self._handler(request.host)(request)

    def _handler(self, host: str) -> Handler:
        if host in self._handlers:
            return self._handlers[host]
        labels = host.split(".")
        for start in range(1, len(labels)):
            if (wild := "*." + ".".join(labels[start:])) in self._handlers:
                return self._handlers[wild]
        return lambda request: html("<title>No such site</title><p>No such site here.</p>", 404)


async def _read_head(reader: asyncio.StreamReader) -> bytes | None:
    """The next request's head, or None where no further one comes."""
    try:
        async with asyncio.timeout(IDLE_S):
            return await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        return None


def parse_head(head: bytes) -> Request | None:
    """A request head as a Request, or None for what is none (RFC 9112, section 3)."""
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    parts = first.split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        return None
    method, target, version = parts
    headers = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon:
            return None
        headers[name.strip().lower()] = value.strip()
    if version == "HTTP/1.0":
        headers.setdefault("connection", "close")
    host = headers.get("host", "")
    if target.startswith("http://"):
        url = urlsplit(target)
        host, target = url.netloc, (url.path or "/") + (f"?{url.query}" if url.query else "")
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    return Request(method, name.lower().rstrip("."), target, headers)


def _is_complete(request: Request, response: Response, sent: int) -> bool:
    if request.method == "HEAD" or response.declared_length is None:
        return True
    return sent >= response.declared_length


def _head(request: Request, response: Response, close: bool) -> bytes:
    headers = [
        ("Server", "nginx"),
        ("Date", email.utils.formatdate(usegmt=True)),
        *([("Content-Type", response.content_type)] if response.content_type else []),
        *response.headers,
    ]
    length = response.declared_length
    if length is None and isinstance(response.body, bytes):
        length = len(response.body)
    headers.append(
        ("Transfer-Encoding", "chunked") if length is None else ("Content-Length", str(length))
    )
    headers.append(("Connection", "close" if close else "keep-alive"))
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return f"HTTP/1.1 {response.status} {_phrase(response.status)}\r\n{lines}\r\n".encode("latin-1")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


async def _send(
    request: Request, response: Response, writer: asyncio.StreamWriter, sent: list[int]
) -> bool:
    """Write ``response``, noting each piece's length in ``sent``; returns whether to go on."""
    if response.raw:
        async for piece in _pieces(response):
            writer.write(piece)
            sent.append(len(piece))
            await writer.drain()
        return False
    lying = response.declared_length is not None
    close = lying or request.headers.get("connection", "").lower() == "close"
    head = _head(request, response, close)
    if request.method == "HEAD":
        writer.write(head)
    elif isinstance(response.body, bytes):
        sent.append(len(response.body))
        writer.write(head + response.body)
    else:
        writer.write(head)
        async for piece in _pieces(response):
            writer.write(piece if lying else b"%x\r\n%s\r\n" % (len(piece), piece))
            sent.append(len(piece))
            await writer.drain()
        if not lying:
            writer.write(b"0\r\n\r\n")
    await writer.drain()
    return not close


async def _pieces(response: Response) -> AsyncIterator[bytes]:
    assert not isinstance(response.body, bytes)
    if hasattr(response.body, "__aiter__"):
        async for piece in response.body:
            yield piece
    else:
        for piece in response.body:
            yield piece
            await asyncio.sleep(0)  # a long body must not hold up the other connections
