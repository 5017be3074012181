"""A bare Scrapy spider that only follows links: ``python -m bench.bare ROOT PORT PAGES``.

Prints how many pages it fetched. ``ROOT`` names no port; every ``*.test`` is on PORT.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.crawler import CrawlerProcess
from scrapy.http import Response
from scrapy.resolver import CachingThreadedResolver
from twisted.internet import defer


class Loopback(CachingThreadedResolver):
    """Every name is this machine."""

    def getHostByName(self, name: str, timeout: Any = ()) -> Any:
        return defer.succeed("127.0.0.1")


class Bare(Spider):
    """Follows each link once, and reads nothing else of a page."""

    name = "bare"
    fetched = 0

    def __init__(self, root: str, port: str) -> None:
        super().__init__()
        self.root, self.port = root, port

    async def start(self) -> AsyncIterator[Any]:
        yield Request(self._placed(self.root))

    def parse(self, response: Response) -> Iterator[Request]:
        Bare.fetched += 1
        for href in response.css("a::attr(href)").getall():
            yield Request(self._placed(response.urljoin(href)))

    def _placed(self, url: str) -> str:
        parts = urlsplit(url)
        return parts._replace(netloc=f"{parts.hostname}:{self.port}").geturl()


def settings(pages: int, concurrency: int, per_host: int) -> dict[str, Any]:
    """Scrapy's own, with the bounds of narcowatch's crawl."""
    return {
        "CONCURRENT_REQUESTS": concurrency,
        "CONCURRENT_REQUESTS_PER_DOMAIN": per_host,
        "CLOSESPIDER_PAGECOUNT": pages,
        "DOWNLOAD_DELAY": 0,
        "COOKIES_ENABLED": False,
        "ROBOTSTXT_OBEY": False,
        "TELNETCONSOLE_ENABLED": False,
        "LOG_LEVEL": "ERROR",
        "DNS_RESOLVER": "bench.bare.Loopback",
        "TWISTED_DNS_RESOLVER": "bench.bare.Loopback",
    }


def main() -> int:
    root, port, pages, concurrency, per_host = sys.argv[1:]
    process = CrawlerProcess(settings(int(pages), int(concurrency), int(per_host)))
    process.crawl(Bare, root=root, port=port)
    process.start()
    print(Bare.fetched)
    return 0


if __name__ == "__main__":
    sys.exit(main())
