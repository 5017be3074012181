"""How often tokens that are good for nothing were shown, by address and minute."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable

_MINUTE = 60


class Failures:
    """Counts of one process; those of a minute are forgotten with it, so that they stay few."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._minute, self._counts = 0, Counter[str]()

    def note(self, address: str) -> int:
        """Count one from ``address``; how many it are in this minute."""
        minute = int(self._clock() // _MINUTE)
        with self._lock:
            if minute != self._minute:
                self._minute, self._counts = minute, Counter()
            self._counts[address] += 1
            return self._counts[address]

    def wait(self) -> int:
        """Seconds until a new minute begins."""
        return _MINUTE - int(self._clock() % _MINUTE)
