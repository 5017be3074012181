"""One page's stay behind the guard: what it may do, and what it did."""

from __future__ import annotations

import secrets
import threading
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from domain.errors import TransportError
from net.guardproxy.reach import Allowance, Reach

_USER = "page"
_MOST_FAILURES = 200
#: All bodies of a page together may be so many times larger unpacked than what may come.
_UNPACKED = 3


@dataclass(frozen=True, slots=True)
class Figures:
    """Requests sent by host; what was refused and what failed, by reason; bytes received."""

    sent: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    received: int = 0


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there was no answer: a short reason (see ``net.transport``), and what happened."""

    reason: str
    message: str


class Session:
    """``sent`` is told the host of every request right before its bytes go out.

    Safe to use from several threads. After ``close`` nothing is sent any more, so that the
    figures it returns are final.
    """

    def __init__(
        self,
        reach: Reach,
        allowance: Allowance,
        sent: Callable[[str], None],
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.reach = reach
        self.user, self.password = _USER, secrets.token_urlsafe(24)
        self._allowance = allowance
        self._tell = sent
        self._monotonic = monotonic
        self._end = monotonic() + allowance.seconds
        self._lock = threading.Lock()
        self._closed = False
        self._sent: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()
        self._failed: Counter[str] = Counter()
        self._received = self._unpacked = 0
        self._failures: dict[str, Failure] = {}

    @property
    def authorisation(self) -> str:
        """What its browser sends as Proxy-Authorization (RFC 7617)."""
        return "Basic " + b64encode(f"{self.user}:{self.password}".encode()).decode()

    def admits(self, authorisation: str) -> bool:
        return secrets.compare_digest(authorisation.encode(), self.authorisation.encode())

    def seconds_left(self) -> float:
        return max(0.0, self._end - self._monotonic())

    def bytes_left(self) -> int:
        return max(0, self._allowance.received - self._received)

    def note_sent(self, host: str) -> None:
        """A request to ``host`` goes out now. Raises TransportError where it must not."""
        with self._lock:
            if self._closed or self.seconds_left() <= 0:
                raise TransportError("the page's time is over", reason="too late", permanent=True)
            if self._sent.total() >= self._allowance.requests:
                raise TransportError(
                    f"more than {self._allowance.requests} requests for one page",
                    reason="too many requests",
                    permanent=True,
                )
            if self._sent[host] >= self._allowance.per_host:
                raise TransportError(
                    f"more than {self._allowance.per_host} requests to {host} for one page",
                    reason="too many requests to one host",
                    permanent=True,
                )
            self._tell(host)
            self._sent[host] += 1

    def unpacked_left(self) -> int:
        """Bytes that bodies may still unpack to."""
        return max(0, _UNPACKED * self._allowance.received - self._unpacked)

    def note_unpacked(self, count: int) -> None:
        with self._lock:
            self._unpacked += count

    def note_received(self, count: int) -> None:
        with self._lock:
            self._received += count

    def note_refused(self, reason: str) -> None:
        with self._lock:
            self._refused[reason] += 1

    def note_failed(self, reason: str, url: str = "", message: str = "") -> None:
        """There is no answer to what was asked for, at ``url`` where that is known."""
        with self._lock:
            self._failed[reason] += 1
            if url and len(self._failures) < _MOST_FAILURES:
                self._failures[url] = Failure(reason, message)

    def failure_of(self, url: str) -> Failure | None:
        """Why ``url`` was not answered last, if it was asked for and was not."""
        with self._lock:
            return self._failures.get(url)

    @property
    def at_once(self) -> int:
        """How many requests to one host may be under way at a time."""
        return self._allowance.at_once

    def close(self) -> Figures:
        """End the stay. Returns what it came to."""
        with self._lock:
            self._closed = True
            return Figures(
                Counter(self._sent), Counter(self._refused), Counter(self._failed), self._received
            )
