"""Answers that never come to their body, or bury it: each goes on until the reader hangs up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

from tests.world.exchange import Request, Response

_PIECE = 64 * 1024
#: No flood is longer than this, whatever its reader does.
MOST = 400 * 1024 * 1024
SLOW_LINES, SLOW_PAUSE_S = 1200, 0.5
_OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
_CHUNKED = _OK + b"Transfer-Encoding: chunked\r\n\r\n"


def one_header(request: Request) -> Response:
    """A single header without end."""
    return _raw(_endless(_OK + b"X-Long: ", b"x" * _PIECE))


def interim(request: Request) -> Response:
    """Interim answers (RFC 9110, 15.2) without end."""
    return _raw(_endless(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 1024))


def chunk_extensions(request: Request) -> Response:
    """Chunks of one byte, each with as long an extension (RFC 9112, 7.1.1) as is read."""
    return _raw(_endless(_CHUNKED, (b"1;x=" + b"e" * 900 + b"\r\n.\r\n") * 64))


def long_chunk_line(request: Request) -> Response:
    """A chunk whose extension does not end."""
    return _raw(_endless(_CHUNKED + b"5;x=", b"e" * _PIECE))


def trailers(request: Request) -> Response:
    """A short page, and trailers (RFC 9112, 7.1.2) without end."""
    page = b"<p>A short page, and then what comes after it."
    head = _CHUNKED + b"%x\r\n%s\r\n0\r\n" % (len(page), page)
    return _raw(_endless(head, (b"X-Trailer: " + b"t" * 1000 + b"\r\n") * 64))


def slow_headers(request: Request) -> Response:
    """A header every half second, for ten minutes."""
    return Response(body=_drip(), raw=True)


def _raw(pieces: Iterator[bytes]) -> Response:
    return Response(body=pieces, raw=True)


def _endless(head: bytes, piece: bytes) -> Iterator[bytes]:
    yield head
    for _ in range(MOST // len(piece)):
        yield piece


async def _drip() -> AsyncIterator[bytes]:
    yield _OK
    for number in range(SLOW_LINES):
        await asyncio.sleep(SLOW_PAUSE_S)
        yield f"X-Slow-{number}: 1\r\n".encode()
