"""Twisted's side of a fetch: says what goes out and comes in, and ends floods.

Limits of single lines are Twisted's own (a chunk's length 1 kB, trailers 64 kB).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from scrapy.core.downloader.handlers.http11 import (
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from twisted.internet.interfaces import IHandshakeListener
from twisted.protocols.tls import TLSMemoryBIOProtocol
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS
from twisted.web._newclient import Request as WireRequest
from zope.interface import implementer

from domain.errors import TransportError

#: All that comes before a body, interim answers (1xx) included. Chromium's own limit
#: (net/http, ``HttpStreamParser``).
MOST_HEAD_BYTES = 256 * 1024
_HEAD_STATES = frozenset({STATUS, HEADER})


@dataclass(frozen=True, slots=True)
class Meter:
    """``sent`` is told of each request by its URL, ``received`` of the bytes that come for it."""

    sent: Callable[[str], None]
    received: Callable[[str, int], None]
    most_bytes: int


def most_wire_bytes(max_body_bytes: int) -> int:
    """Bytes that one answer may take on the wire: as much again as its body, for its framing."""
    return 2 * max_body_bytes + MOST_HEAD_BYTES


@implementer(IHandshakeListener)
class CountingProtocol(_LenientHTTP11ClientProtocol):
    """Says that a request is sent right before its bytes go out, and counts what comes back.

    Over TLS they go out when the handshake is done, and not at all when it fails. An answer that
    begins with too much, or frames its body in too much, is cut off: TransportError with reason
    ``header_flood`` or ``too_large``.
    """

    def __init__(self, quiescent: Callable[[Any], None], meter: Meter) -> None:
        super().__init__(quiescent)  # type: ignore[no-untyped-call]
        self._meter = meter
        self._shaken = False
        self._held: str | None = None
        self._url = ""
        self._head = self._taken = 0

    def request(self, request: WireRequest) -> Any:
        if self.state != "QUIESCENT":
            return super().request(request)  # which refuses it
        self._url = request.absoluteURI.decode("ascii")
        self._head = self._taken = 0
        tls = isinstance(self.transport, TLSMemoryBIOProtocol)
        if tls and not self._shaken:
            self._held = self._url
            return self._begun(request)
        self._meter.sent(self._url)
        deferred = self._begun(request)
        transport: Any = self.transport
        if not tls and transport.connected:
            # At once and not after the events that wait: a process killed in between would have
            # noted a request that no server saw. An error shows at the reactor's own attempt.
            transport.doWrite()
        return deferred

    def _begun(self, request: WireRequest) -> Any:
        deferred = super().request(request)
        parser: Any = self._parser
        if parser is not None:
            parser.MAX_LENGTH = 2 * MOST_HEAD_BYTES  # of a line; the whole head is counted here
        return deferred

    def handshakeCompleted(self) -> None:
        self._shaken = True
        if self._held is not None:
            self._meter.sent(self._held)
            self._held = None

    def dataReceived(self, data: bytes) -> None:
        parser: Any = self._parser
        if parser is None:
            super().dataReceived(data)  # type: ignore[no-untyped-call]
            return
        self._meter.received(self._url, len(data))
        if parser.state in _HEAD_STATES:
            if self._head > MOST_HEAD_BYTES:
                self._cut_off("header_flood", f"more than {MOST_HEAD_BYTES} bytes of headers")
                return
            self._head += len(data)
        self._taken += len(data)
        if self._taken > self._meter.most_bytes:
            self._cut_off("too_large", f"more than {self._meter.most_bytes} bytes on the wire")
            return
        super().dataReceived(data)  # type: ignore[no-untyped-call]

    def _cut_off(self, reason: str, what: str) -> None:
        error = TransportError(f"reading {self._url}: {what}", reason=reason, permanent=True)
        transport: Any = self.transport
        transport.abortConnection()
        self._disconnectParser(Failure(error))  # type: ignore[no-untyped-call]


class CountingFactory(_LenientHTTP11ClientFactory):
    def __init__(self, meter: Meter, quiescent: Callable[[Any], None], metadata: str) -> None:
        super().__init__(quiescent, metadata)  # type: ignore[no-untyped-call]
        self._meter = meter

    def buildProtocol(self, addr: Any) -> CountingProtocol:
        return CountingProtocol(self._quiescentCallback, self._meter)
