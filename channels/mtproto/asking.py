"""Asking on behalf of one account: each request is spent before it goes, waits are kept.

Used by the thread that owns the record.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from channels.accounts.ledger import Ledger, RequestClass, Spent
from channels.mtproto.failures import AccountLost, Flooded, ServerFailed, Unreachable
from channels.mtproto.gateway import Gateway
from domain.clock import Clock, utc_now
from net.retries import Backoff

#: What a client asks for itself while it connects: GetConfig, GetUsers, GetState, GetDifference.
_TO_CONNECT = 4
#: Short waits that come again and again: what asks for them rests so long.
_REST_S = 3600


@dataclass(frozen=True, slots=True)
class Patience:
    """Waits of up to ``longest_wait_s`` are sat out in place; lost connections are made anew, and
    requests that the server failed over are sent again, as ``retries`` say."""

    longest_wait_s: float = 5.0
    retries: Backoff = field(default_factory=Backoff)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the API answered and when it was asked."""

    value: Any
    at: datetime


@dataclass(frozen=True, slots=True)
class Ahead:
    """A request that is under way while something else is done."""

    kind: RequestClass
    request: Any
    url: str
    at: datetime
    future: Future[Any]


class Asker:
    """One account's requests. ``ledger`` knows what it may ask for, ``gateway`` asks."""

    def __init__(
        self,
        gateway: Gateway,
        ledger: Ledger,
        patience: Patience,
        *,
        clock: Clock = utc_now,
        sleep: Callable[[float], None] = time.sleep,
        rng: random.Random | None = None,
    ) -> None:
        self._gateway, self._patience = gateway, patience
        self.clock, self._sleep = clock, sleep
        self._rng = rng or random.Random()  # noqa: S311 - spreads pauses, guards nothing
        self.ledger = ledger

    def ask(self, kind: RequestClass, request: Any, url: str, ahead: Ahead | None = None) -> Answer:
        """The answer to ``request``; ``ahead`` is its first try, if it is under way already.

        Raises Spent where the account may not ask for ``kind`` for longer than it is patient,
        Retired where it may never again, and the failures of ``failures``; a flood wait is in the
        ledger by then.
        """
        failures = floods = 0
        while True:
            try:
                ahead = ahead or self._send(kind, request, url)
                return Answer(_result(ahead), ahead.at)
            except Flooded as flood:
                floods += 1
                self._flooded(kind, flood, floods)
            except (Unreachable, ServerFailed) as failure:
                failures += 1
                again = isinstance(failure, Unreachable) or failures == 1
                if not again or failures >= self._patience.retries.tries:
                    raise
                self._sleep(self._patience.retries.pause(failures, self._rng))
            ahead = None

    def ahead(self, kind: RequestClass, request: Any, url: str) -> Ahead | None:
        """Send ``request`` and do not wait. None where it cannot go out right now."""
        if not self._gateway.connected:
            return None
        try:
            self.ledger.spend(kind)
        except Spent:
            return None
        return self._submitted(kind, request, url)

    def drop(self, ahead: Ahead) -> None:
        """Await an answer that nobody needs; what it says of the account is kept."""
        failure = ahead.future.exception()
        self._gateway.taken(ahead.url)
        if isinstance(failure, Flooded):
            self.ledger.flooded(ahead.kind, failure.seconds)

    def connect(self) -> None:
        """Connect, where there is no connection. Raises as ``ask`` does."""
        if not self._gateway.connected:
            self._connect()

    def taken(self, url: str) -> int:
        """How often ``url`` went out since this was last asked."""
        return self._gateway.taken(url)

    def _send(self, kind: RequestClass, request: Any, url: str) -> Ahead:
        if not self._gateway.connected:
            self._connect()
        self._spend(kind)
        return self._submitted(kind, request, url)

    def _submitted(self, kind: RequestClass, request: Any, url: str) -> Ahead:
        return Ahead(kind, request, url, self.clock(), self._gateway.submit(request, url))

    def _connect(self) -> None:
        floods = 0
        while True:
            for _ in range(_TO_CONNECT):
                self._spend(RequestClass.OTHER)
            try:
                self._gateway.connect()
            except Flooded as flood:
                floods += 1
                self._flooded(RequestClass.OTHER, flood, floods)
                continue
            return

    def _spend(self, kind: RequestClass) -> None:
        """Count one request, after a wait that is short enough."""
        while True:
            try:
                self.ledger.spend(kind)
            except Spent as spent:
                seconds = (spent.until - self.clock()).total_seconds()
                if seconds > self._patience.longest_wait_s:
                    raise
                self._sleep(max(0.0, seconds))
                continue
            return

    def _flooded(self, kind: RequestClass, flood: Flooded, times: int) -> None:
        """Keep a flood wait. A long one is raised when the class is spent of next, one that comes
        again and again is made one that is too long to sit out, and raised here."""
        if times < self._patience.retries.tries:
            self.ledger.flooded(kind, max(1, flood.seconds))
        else:
            rest = max(flood.seconds, _REST_S, 2 * int(self._patience.longest_wait_s))
            until = self.ledger.flooded(kind, rest)
            raise Spent(self.ledger.account, kind, until, flood=True)


def _result(ahead: Ahead) -> Any:
    try:
        return ahead.future.result()
    except AccountLost as lost:
        lost.answer = True
        raise
