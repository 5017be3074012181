"""The one place for retries: how long to wait, how often to try, and what to count."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Generic, TypeVar

from domain.clock import Clock, utc_now
from domain.errors import BoundaryError, TransportError
from net.client import Fetched

T = TypeVar("T")
#: Answers that ask to come again later (RFC 9110; 429 is RFC 6585's).
ASKING_TO_WAIT = frozenset({429, 503})


@dataclass(frozen=True, slots=True)
class Backoff:
    """Tries in all, and pauses between them: ``base_s`` growing by ``factor`` up to ``cap_s``.

    Each pause is shortened by a random part of up to ``jitter`` of it, so that many workers do
    not come back at once. A wait that the server asks for counts up to ``longest_asked_s``.
    """

    tries: int = 3
    base_s: float = 1.0
    factor: float = 2.0
    cap_s: float = 60.0
    jitter: float = 0.5
    longest_asked_s: float = 120.0

    def pause(self, failures: int, rng: random.Random, asked_s: float | None = None) -> float:
        """Seconds to wait after the ``failures``-th failure (from 1)."""
        grown = min(self.cap_s, self.base_s * self.factor ** min(failures - 1, 64))
        own = grown * (1 - self.jitter * rng.random())
        return own if asked_s is None else max(own, min(asked_s, self.longest_asked_s))


@dataclass(frozen=True, slots=True)
class Tried(Generic[T]):
    """A result and how many tries it took."""

    value: T
    tries: int


def with_retries(
    call: Callable[[], T],
    policy: Backoff,
    *,
    rng: random.Random,
    sleep: Callable[[float], None] = time.sleep,
    asked_to_wait: Callable[[T], float | None] | None = None,
    count: Callable[[str], None] | None = None,
) -> Tried[T]:
    """Call until it succeeds, fails for good, or ``policy`` says enough.

    Tried again are BoundaryErrors that are not ``permanent``, and results for which
    ``asked_to_wait`` gives seconds. The last error is raised, the last result returned as it is.
    ``count`` is told the reason of each failure that is followed by another try.
    """
    for attempt in range(1, policy.tries + 1):
        asked: float | None = None
        try:
            result = call()
            asked = asked_to_wait(result) if asked_to_wait else None
            if asked is None or attempt == policy.tries:
                return Tried(result, attempt)
            reason = "asked_to_wait"
        except BoundaryError as error:
            if error.permanent or attempt == policy.tries:
                raise
            reason = error.reason if isinstance(error, TransportError) else type(error).__name__
        if count is not None:
            count(reason)
        sleep(policy.pause(attempt, rng, asked))
    raise ValueError(f"a policy of {policy.tries} tries")


def wait_asked(fetched: Fetched, clock: Clock = utc_now) -> float | None:
    """Seconds to wait that an answer asks for (Retry-After: seconds or a date), else None.

    0 stands for an answer that asks without saying how long.
    """
    if fetched.status not in ASKING_TO_WAIT:
        return None
    return seconds_asked(fetched.header("Retry-After"), clock)


def seconds_asked(retry_after: str, clock: Clock = utc_now) -> float:
    """Seconds from now that a Retry-After header names (RFC 9110, 10.2.3); 0 for none."""
    text = retry_after.strip()
    if text.isdecimal() and text.isascii():
        return float(min(int(text[:9]), 10**6))
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - clock()).total_seconds())
