"""Download handlers: the clearnet through guarded connections, onions through Tor alone.

Which way a URL takes is decided here, by its host, and nowhere above: nothing that a spider or
middleware puts into a request can send an onion name to a resolver or a clearnet host to Tor.
"""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Callable
from contextvars import ContextVar
from functools import partial
from typing import Any

import httpx2
from scrapy import Request
from scrapy.core.downloader.handlers._httpx import HttpxDownloadHandler
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadTimeoutError
from scrapy.http import Response
from scrapy.utils.httpobj import urlparse_cached
from twisted.internet.interfaces import IHandshakeListener
from twisted.protocols.tls import TLSMemoryBIOProtocol
from twisted.web._newclient import Request as WireRequest
from zope.interface import implementer

from domain.errors import TransportError
from domain.onion import is_onion, is_valid_onion_v3
from domain.targets import canonical_onion
from net.egress import onion_proxy_url
from net.resolving import Resolver

Sent = Callable[[str], None]
_CLIENTS = 64
_wire_url: ContextVar[str] = ContextVar("wire_url")


class GuardedHandler(BaseDownloadHandler):
    """For http and https. Tells the spider's ledger of every request that goes out."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._direct = DirectHandler(crawler)
        self._onions: OnionHandler | None = None

    async def download_request(self, request: Request) -> Response:
        request.meta.pop("proxy", None)
        if not is_onion(urlparse_cached(request).hostname or ""):
            return await self._direct.download_request(request)
        if self._onions is None:
            self._onions = OnionHandler(self.crawler)
        return await self._onions.download_request(request)

    async def close(self) -> None:
        await self._direct.close()
        if self._onions is not None:
            await self._onions.close()


@implementer(IHandshakeListener)
class _CountingProtocol(_LenientHTTP11ClientProtocol):
    """Says that a request is sent right before its bytes go out.

    Over TLS they go out when the handshake is done, and not at all when it fails.
    """

    def __init__(self, quiescent: Callable[[Any], None], sent: Sent) -> None:
        super().__init__(quiescent)  # type: ignore[no-untyped-call]
        self._sent = sent
        self._shaken = False
        self._held: str | None = None

    def request(self, request: WireRequest) -> Any:
        if self.state != "QUIESCENT":
            return super().request(request)  # which refuses it
        url = request.absoluteURI.decode("ascii")
        tls = isinstance(self.transport, TLSMemoryBIOProtocol)
        if tls and not self._shaken:
            self._held = url
            return super().request(request)
        self._sent(url)
        deferred = super().request(request)
        transport: Any = self.transport
        if not tls and transport.connected:
            # At once and not after the events that wait: a process killed in between would have
            # noted a request that no server saw. An error shows at the reactor's own attempt.
            transport.doWrite()
        return deferred

    def handshakeCompleted(self) -> None:
        self._shaken = True
        if self._held is not None:
            self._sent(self._held)
            self._held = None


class _CountingFactory(_LenientHTTP11ClientFactory):
    def __init__(self, sent: Sent, quiescent: Callable[[Any], None], metadata: str) -> None:
        super().__init__(quiescent, metadata)  # type: ignore[no-untyped-call]
        self._sent = sent

    def buildProtocol(self, addr: Any) -> _CountingProtocol:
        return _CountingProtocol(self._quiescentCallback, self._sent)


class DirectHandler(HTTP11DownloadHandler):
    """The clearnet, direct or through the configured proxy. Names go through the guard."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        spider: Any = crawler.spider
        sent: Sent = spider.ledger.sent
        self._proxy: str = crawler.settings.get("NET_PROXY") or ""
        self._guard: Resolver = spider.guard
        pool: Any = self._pool
        pool._factory = partial(_CountingFactory, sent)
        # Twisted would send a GET again by itself, unseen, when a kept connection turns out dead.
        pool.retryAutomatically = False

    async def download_request(self, request: Request) -> Response:
        host = urlparse_cached(request).hostname or ""
        if is_onion(host):
            raise TransportError(
                f"fetching {request.url}: onion names are for Tor alone",
                reason="onion_refused",
                permanent=True,
            )
        if self._proxy:
            self._guard.check_unresolved(host)
            request.meta["proxy"] = self._proxy
        return await super().download_request(request)


class _CountingTransport(httpx2.AsyncHTTPTransport):
    """Says that a request is sent right before its bytes go out."""

    sent: Sent

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        async def trace(event: str, _: dict[str, Any]) -> None:
            if event.endswith("send_request_headers.started"):
                self.sent(_wire_url.get())

        request.extensions = {**request.extensions, "trace": trace}
        return await super().handle_async_request(request)


class OnionHandler(HttpxDownloadHandler):
    """Onion services through Tor's SOCKS port: circuits of its own for each onion and run.

    Each client holds one onion's connections; the least recently used are closed.
    """

    experimental = False  # the choice was made knowingly: the only handler that speaks SOCKS

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        spider: Any = crawler.spider
        self._sent: Sent = spider.ledger.sent
        self._socks: str = crawler.settings["TOR_SOCKS"]
        self._timeout_s = crawler.settings.getfloat("TOR_TIMEOUT_S")
        self._job: str = f"run-{spider.run_id}"
        self._clients: OrderedDict[str, httpx2.AsyncClient] = OrderedDict()
        self._in_use: Counter[str] = Counter()

    async def download_request(self, request: Request) -> Response:
        host = urlparse_cached(request).hostname or ""
        if not is_valid_onion_v3(host):
            raise TransportError(
                f"fetching {request.url}: only v3 onion services are fetched through Tor",
                reason="not_onion",
                permanent=True,
            )
        proxy = onion_proxy_url(self._socks, canonical_onion(host), self._job)
        request.meta["proxy"] = proxy
        _wire_url.set(request.url)
        self._in_use[proxy] += 1
        try:
            async with asyncio.timeout(self._timeout_s):
                return await super().download_request(request)
        except TimeoutError as error:
            message = f"Getting {request.url} took longer than {self._timeout_s} seconds."
            raise DownloadTimeoutError(message) from error
        finally:
            self._in_use[proxy] -= 1
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
        client = super()._make_client(proxy_url)
        if proxy_url is not None:
            transport = _CountingTransport(
                verify=self._ssl_context, trust_env=False, proxy=proxy_url, limits=self._limits
            )
            transport.sent = self._sent
            client._transport = transport
        return client

    async def _close_unused(self) -> None:
        for proxy in [*self._clients]:
            if len(self._clients) <= _CLIENTS:
                return
            if not self._in_use[proxy]:
                del self._in_use[proxy]
                await self._clients.pop(proxy).aclose()

    async def close(self) -> None:
        for client in self._clients.values():
            await client.aclose()
        await super().close()
