"""Onion services through a pool of Tor clients: a circuit for each onion, a new one if it fails."""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict
from contextvars import ContextVar
from typing import Any

import httpcore2
import httpx2
from scrapy import Request
from scrapy.core.downloader.handlers._httpx import HttpxDownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadFailedError, DownloadTimeoutError
from scrapy.http import Response
from scrapy.utils.httpobj import urlparse_cached

from crawlers.wire import Meter
from domain.errors import TransportError
from domain.onion import is_valid_onion_v3
from domain.targets import canonical_onion
from net.onion_streams import OnionBackend, TorSilent
from net.tor_pool import Circuit, TorPool

_CLIENTS = 64
_wire_url: ContextVar[str] = ContextVar("wire_url")


class _CountingTransport(httpx2.AsyncHTTPTransport):
    """Says that a request is sent right before its bytes go out."""

    meter: Meter

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        async def trace(event: str, _: dict[str, Any]) -> None:
            if event.endswith("send_request_headers.started"):
                self.meter.sent(_wire_url.get())

        request.extensions = {**request.extensions, "trace": trace}
        return await super().handle_async_request(request)


class OnionHandler(HttpxDownloadHandler):
    """Fetches from onion services alone, over the circuits that ``pool`` names.

    A Tor client at whose port nothing answers is taken out of the pool and the fetch goes on with
    another. Any other failure that may pass retires the circuit, so that the next try gets a new
    one. Each HTTP client holds one circuit's connections; the least recently used are closed.
    """

    experimental = False  # the choice was made knowingly: its streams can be ours

    def __init__(self, crawler: Crawler, pool: TorPool, meter: Meter) -> None:
        super().__init__(crawler)
        self._pool = pool
        self._meter = meter
        self._timeout_s = crawler.settings.getfloat("TOR_TIMEOUT_S")
        self._circuits: dict[str, Circuit] = {}
        self._clients: OrderedDict[str, httpx2.AsyncClient] = OrderedDict()
        self._in_use: Counter[str] = Counter()
        self._retired: set[str] = set()

    async def download_request(self, request: Request) -> Response:
        host = urlparse_cached(request).hostname or ""
        if not is_valid_onion_v3(host):
            raise TransportError(
                f"fetching {request.url}: only v3 onion services are fetched through Tor",
                reason="not_onion",
                permanent=True,
            )
        onion = canonical_onion(host)
        while True:
            circuit = self._pool.circuit(onion)
            try:
                return await self._over(circuit, request)
            except TorSilent:
                self._pool.take_out(circuit.client)
                self._retired.add(circuit.url)
            except (DownloadFailedError, DownloadTimeoutError):
                self._retire(circuit)
                raise
            except TransportError as error:
                if not error.permanent:
                    self._retire(circuit)
                raise

    def _retire(self, circuit: Circuit) -> None:
        if self._pool.retire(circuit):
            self._retired.add(circuit.url)

    async def _over(self, circuit: Circuit, request: Request) -> Response:
        key = request.meta["proxy"] = circuit.url
        self._circuits[key] = circuit
        _wire_url.set(request.url)
        self._in_use[key] += 1
        try:
            async with asyncio.timeout(self._timeout_s):
                return await super().download_request(request)
        except TimeoutError as error:
            message = f"Getting {request.url} took longer than {self._timeout_s} seconds."
            raise DownloadTimeoutError(message) from error
        finally:
            self._in_use[key] -= 1
            await self._close_unused()

    def _get_client(self, proxy_url: str | None) -> httpx2.AsyncClient:
        if proxy_url is None:
            raise TransportError("no onion without Tor", reason="onion_refused", permanent=True)
        client = self._clients.get(proxy_url)
        if client is None:
            client = self._clients[proxy_url] = self._make_client(proxy_url)
        self._clients.move_to_end(proxy_url)
        return client

    def _make_client(self, proxy_url: str | None = None) -> httpx2.AsyncClient:
        client = super()._make_client()
        if proxy_url is not None:
            transport = _CountingTransport(
                verify=self._ssl_context, trust_env=False, limits=self._limits
            )
            transport.meter = self._meter
            transport._pool = httpcore2.AsyncConnectionPool(
                ssl_context=self._ssl_context,
                max_connections=self._limits.max_connections,
                max_keepalive_connections=self._limits.max_keepalive_connections,
                keepalive_expiry=self._limits.keepalive_expiry,
                network_backend=OnionBackend(
                    self._circuits[proxy_url], self._meter.most_bytes, self._received
                ),
            )
            client._transport = transport
        return client

    def _received(self, size: int) -> None:
        self._meter.received(_wire_url.get(), size)

    async def _close_unused(self) -> None:
        for key in [*self._clients]:
            if key not in self._retired and len(self._clients) <= _CLIENTS:
                continue
            if not self._in_use[key]:
                del self._in_use[key]
                del self._circuits[key]
                self._retired.discard(key)
                await self._clients.pop(key).aclose()

    async def close(self) -> None:
        for client in self._clients.values():
            await client.aclose()
        await super().close()
