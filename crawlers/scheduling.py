"""Scrapy's scheduler, reduced to passing on: what is fetched when is the feeder's decision."""

from __future__ import annotations

from collections import deque
from typing import Self

from scrapy import Request
from scrapy.core.scheduler import BaseScheduler
from scrapy.crawler import Crawler


class PassingScheduler(BaseScheduler):
    """Hands requests on in order. Never idle: the spider is closed when its writer says so."""

    def __init__(self) -> None:
        self._requests: deque[Request] = deque()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls()

    def has_pending_requests(self) -> bool:
        return True

    def enqueue_request(self, request: Request) -> bool:
        self._requests.append(request)
        return True

    def next_request(self) -> Request | None:
        return self._requests.popleft() if self._requests else None
