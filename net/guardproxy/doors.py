"""Doors of the guard proxy: listening sockets, each open to one page at a time."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from concurrent.futures import Executor
from contextlib import asynccontextmanager

from net.guardproxy.front import Front
from net.guardproxy.onward import Onward
from net.guardproxy.session import Session


class Door:
    """One listening socket on a loopback interface. Without a session nobody is let in."""

    def __init__(
        self, listening: socket.socket, onward: Onward, tls: ssl.SSLContext, threads: Executor
    ) -> None:
        self._listening = listening
        self._onward, self._tls, self._threads = onward, tls, threads
        self._front: Front | None = None
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """What a browser is told as its proxy."""
        host, port = self._listening.getsockname()[:2]
        return f"http://{host}:{port}"

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accept, sock=self._listening)

    @asynccontextmanager
    async def open_to(self, session: Session) -> AsyncIterator[None]:
        """Let the browser of ``session`` in, and cut off all its connections at the end."""
        self._front = Front(session, self._onward, self._tls, self._threads)
        try:
            yield
        finally:
            self._front = None
            await self._cut_off()

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        await self._cut_off()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        if self._front is None:
            writer.close()
            return
        self._lines.add(task)
        try:
            await self._front.serve(reader, writer)
        except asyncio.CancelledError:
            writer.close()  # the page's stay is over; asyncio would log a cancelled handler
        finally:
            self._lines.discard(task)

    async def _cut_off(self) -> None:
        lines = [*self._lines]
        for line in lines:
            line.cancel()
        await asyncio.gather(*lines, return_exceptions=True)


def own_door(onward: Onward, tls: ssl.SSLContext, threads: Executor) -> Door:
    """A door on this machine's own loopback interface, where every local process may knock."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    return Door(listening, onward, tls, threads)
