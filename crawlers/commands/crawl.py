"""``scrapy crawl``, with the spider's own exit code (Scrapy's is 0 whatever happened)."""

from __future__ import annotations

import argparse

from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.exceptions import UsageError


class Command(ScrapyCrawl):
    """Ends with the spider's ``exit_code``: 0 done, 1 failed, 2 refused, 130 stopped before."""

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError
        assert self.crawler_process is not None
        crawler = self._create_crawler(args[0])
        self.crawler_process.crawl(crawler, **opts.spargs)
        self.crawler_process.start()
        self.exitcode = getattr(crawler.spider, "exit_code", 0)
        if self.crawler_process.bootstrap_failed:
            self.exitcode = self.exitcode or 1
