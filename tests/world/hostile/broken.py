"""Sites that answer slowly, wrongly, or with nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from tests.world.exchange import Request, Response, html

DRIP_PIECES = 1200
DRIP_PAUSE_S = 0.5


def slow_drip(request: Request) -> Response:
    """A few bytes every half second, for ten minutes."""
    return Response(body=_drip())


async def _drip() -> AsyncIterator[bytes]:
    yield b"<html><head><title>Slow</title></head><body>"
    for _ in range(DRIP_PIECES):
        await asyncio.sleep(DRIP_PAUSE_S)
        yield b"<p>.</p>"


def empty(request: Request) -> Response:
    return Response(body=b"")


def server_error(request: Request) -> Response:
    return html(
        "<html><head><title>500 Internal Server Error</title></head><body>"
        "<h1>Internal Server Error</h1></body></html>",
        500,
    )
