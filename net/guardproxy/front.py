"""The browser's side of the guard proxy: HTTP/1.1 (RFC 9112), with tunnels opened and looked into.

A tunnel (CONNECT) ends here: TLS is spoken with the browser under a certificate of the proxy's
own, so that each request within is seen, judged and counted like any other. What speaks no TLS
in a tunnel (a WebSocket) is cut off.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import urlsplit

import h11

from net.guardproxy.onward import Answer, Onward, Wanted
from net.guardproxy.session import Session

_PIECE = 65_536
_MOST_HEADER = 65_536
_LONGEST_URL = 16_384
_HANDSHAKE_S = 10.0
_SERVER = [(b"Server", b"guard")]
_CHALLENGE = [(b"Proxy-Authenticate", b'Basic realm="guard"')]
#: Browsers send it with navigations of pages and frames alone (Upgrade Insecure Requests, 3.2.1).
_OF_DOCUMENTS = b"upgrade-insecure-requests"
Event: TypeAlias = h11.Request | h11.Data | h11.EndOfMessage | h11.ConnectionClosed


@dataclass(slots=True)
class Line:
    """One connection of the browser. ``tunnel`` is scheme and authority inside a tunnel."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    http: h11.Connection
    tunnel: str = ""

    async def event(self) -> Event:
        """The next event; ConnectionClosed for anything that is no HTTP."""
        while True:
            try:
                event = self.http.next_event()
            except h11.RemoteProtocolError:
                return h11.ConnectionClosed()
            if event is h11.PAUSED:
                return h11.ConnectionClosed()
            if event is not h11.NEED_DATA:
                assert isinstance(
                    event, h11.Request | h11.Data | h11.EndOfMessage | h11.ConnectionClosed
                )
                return event
            self.http.receive_data(await self.reader.read(_PIECE))

    async def send(self, *events: h11.Event) -> None:
        for event in events:
            self.writer.write(self.http.send(event) or b"")
        await self.writer.drain()


class Front:
    """Serves one session's browser. ``threads`` is where requests wait for their answers."""

    def __init__(
        self, session: Session, onward: Onward, tls: ssl.SSLContext, threads: Executor
    ) -> None:
        self._session, self._onward = session, onward
        self._tls, self._threads = tls, threads
        self._turns: dict[str, asyncio.Semaphore] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection until it ends. Never raises for what a browser can send."""
        try:
            await self._serve(Line(reader, writer, _http()))
        except (ConnectionError, TimeoutError, ssl.SSLError, h11.LocalProtocolError):
            return  # the browser hung up: it has its own account of what it missed
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError, ssl.SSLError, TimeoutError):
                await writer.wait_closed()

    async def _serve(self, line: Line) -> None:
        while isinstance(event := await line.event(), h11.Request):
            request = event
            body = False
            while not isinstance(event := await line.event(), h11.EndOfMessage):
                if not isinstance(event, h11.Data):
                    return
                body = True
            if request.method == b"CONNECT" and not line.tunnel:
                await self._open_tunnel(line, request)
                return
            await self._answer(line, await self._handle(line, request, body=body), request)
            if line.http.our_state is not h11.DONE or line.http.their_state is not h11.DONE:
                return
            line.http.start_next_cycle()

    async def _open_tunnel(self, line: Line, request: h11.Request) -> None:
        host, port = _authority(_text(request.target), 443)
        if not self._session.admits(_header(request, b"proxy-authorization")):
            await self._answer(line, Answer(407), request)
            return
        if reason := self._session.reach.against_host(host):
            self._session.note_refused(reason)
            await self._answer(line, Answer(403), request)
            return
        await line.send(h11.Response(status_code=200, headers=_SERVER))
        try:
            async with asyncio.timeout(_HANDSHAKE_S):
                await line.writer.start_tls(self._tls)
        except (ssl.SSLError, ConnectionError, TimeoutError):
            self._session.note_refused("no TLS in a tunnel")
            return
        bracketed = f"[{host}]" if ":" in host else host
        await self._serve(Line(line.reader, line.writer, _http(), f"https://{bracketed}:{port}"))

    async def _handle(self, line: Line, request: h11.Request, *, body: bool) -> Answer:
        session = self._session
        target = _text(request.target)
        if not line.tunnel and not session.admits(_header(request, b"proxy-authorization")):
            return Answer(407)
        url = line.tunnel + target if line.tunnel else target
        host = _host(url)
        if not host or len(url) > _LONGEST_URL:
            session.note_refused("broken URL")
            return Answer(400)
        reason = session.reach.against_host(host) or session.reach.against_request(
            _text(request.method),
            _header(request, b"accept"),
            upgrade=bool(_header(request, b"upgrade")),
            body=body,
            announced=_header(request, b"access-control-request-method"),
        )
        if not reason and _header(request, _OF_DOCUMENTS):
            reason = session.reach.against_document(host)
        if reason:
            session.note_refused(reason)
            return Answer(403)
        headers = tuple((name, value) for name, value in request.headers.raw_items())
        wanted = Wanted(_text(request.method), url, host, headers)
        loop = asyncio.get_running_loop()
        async with self._turns.setdefault(host, asyncio.Semaphore(session.at_once)):
            return await loop.run_in_executor(self._threads, self._onward.fetch, wanted, session)

    async def _answer(self, line: Line, answer: Answer, request: h11.Request) -> None:
        headers = [*answer.headers, (b"Content-Length", b"%d" % len(answer.body))]
        if answer.status == 407:
            headers += _CHALLENGE
        if 100 <= answer.status < 200 or answer.status > 599:
            answer = Answer(502)
            headers = [(b"Content-Length", b"0")]
        try:
            await line.send(h11.Response(status_code=answer.status, headers=headers))
            if request.method != b"HEAD" and answer.status not in (204, 304):
                await line.send(h11.Data(data=answer.body))
            await line.send(h11.EndOfMessage())
        except h11.LocalProtocolError:  # headers of a server that no client would take
            self._session.note_failed("protocol")
            raise


def _http() -> h11.Connection:
    return h11.Connection(h11.SERVER, max_incomplete_event_size=_MOST_HEADER)


def _text(raw: bytes) -> str:
    return raw.decode("latin-1")


def _header(request: h11.Request, name: bytes) -> str:
    return next((_text(value) for key, value in request.headers if key == name), "")


def _authority(text: str, port: int) -> tuple[str, int]:
    host, _, number = text.rpartition(":")
    if not number.isdecimal():
        return text.strip("[]").lower(), port
    return host.strip("[]").lower(), int(number)


def _host(url: str) -> str:
    """The host of an absolute http(s) URL; empty for anything else."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return ""
    return (parts.hostname or "") if parts.scheme in ("http", "https") else ""
