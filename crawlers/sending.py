"""Counts the requests that really go out, and the bytes that come back, at the moment they do."""

from __future__ import annotations

from collections import Counter

from domain.errors import RecordError
from net.journal import RequestJournal


class SentLedger:
    """Knows how often each URL under way was sent, and writes every sending to the journal.

    ``register`` names the URL that a request's own form stands for: Scrapy may write the same
    URL in another way than the record does.
    """

    def __init__(self) -> None:
        self._journal: RequestJournal | None = None
        self._urls: dict[str, str] = {}
        self._sent: Counter[str] = Counter()
        self._received: Counter[str] = Counter()

    def open(self, journal: RequestJournal) -> None:
        """Write to ``journal`` from now on."""
        self._journal = journal

    def register(self, wire_url: str, url: str) -> None:
        self._urls[wire_url] = url

    def sent(self, wire_url: str) -> None:
        """A request for ``wire_url`` goes out now. Raises KeyError if it was not registered."""
        url = self._urls[wire_url]
        if self._journal is None:
            raise RecordError(f"a request for {url} was to be sent before the journal was open")
        self._journal.sent(url)
        self._sent[wire_url] += 1

    def received(self, wire_url: str, size: int) -> None:
        """``size`` bytes have come for ``wire_url``; what comes after its end is not counted."""
        if wire_url in self._urls:
            self._received[wire_url] += size

    def bytes_of(self, wire_url: str) -> int:
        """Bytes that have come for a URL whose fetch is under way, over all its tries."""
        return self._received[wire_url]

    def settle(self, wire_url: str) -> int:
        """Forget a URL whose fetch has ended. Returns how often it was sent."""
        self._urls.pop(wire_url, None)
        self._received.pop(wire_url, None)
        return self._sent.pop(wire_url, 0)
