"""Download handlers: the clearnet through guarded connections, onions through Tor alone.

Which way a URL takes is decided here, by its host, and nowhere above: nothing that a spider or
middleware puts into a request can send an onion name to a resolver or a clearnet host to Tor.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from scrapy import Request
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.utils.httpobj import urlparse_cached

from crawlers.onion_handler import OnionHandler
from crawlers.wire import CountingFactory, Meter, most_wire_bytes
from domain.errors import TransportError
from domain.onion import is_onion
from net.resolving import Resolver


class GuardedHandler(BaseDownloadHandler):
    """For http and https. Tells the spider's ledger of every request that goes out."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        ledger = self._spider.ledger
        most = most_wire_bytes(crawler.settings.getint("DOWNLOAD_MAXSIZE"))
        self._meter = Meter(ledger.sent, ledger.received, most)
        self._direct = DirectHandler(crawler, self._meter)
        self._onions: OnionHandler | None = None

    @property
    def _spider(self) -> Any:
        return self.crawler.spider

    async def download_request(self, request: Request) -> Response:
        request.meta.pop("proxy", None)
        if not is_onion(urlparse_cached(request).hostname or ""):
            return await self._direct.download_request(request)
        if self._onions is None:
            self._onions = OnionHandler(self.crawler, self._spider.tor, self._meter)
        return await self._onions.download_request(request)

    async def close(self) -> None:
        await self._direct.close()
        if self._onions is not None:
            await self._onions.close()


class DirectHandler(HTTP11DownloadHandler):
    """The clearnet, direct or through the configured proxy. Names go through the guard."""

    def __init__(self, crawler: Crawler, meter: Meter) -> None:
        super().__init__(crawler)
        spider: Any = crawler.spider
        self._proxy: str = crawler.settings.get("NET_PROXY") or ""
        self._guard: Resolver = spider.guard
        pool: Any = self._pool
        pool._factory = partial(CountingFactory, meter)
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
