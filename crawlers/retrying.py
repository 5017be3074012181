"""Whether a failed fetch is tried again, and when. Every further try is counted by its reason."""

from __future__ import annotations

import random
from dataclasses import dataclass

from crawlers.failures import Failed
from domain.captures import Outcome
from net.retries import Backoff

#: Answers of gateways and of servers that are overloaded (RFC 9110; 429 is RFC 6585's).
_PASSING = frozenset({429, 502, 503, 504})
_LONGEST_ASKED_S = 30.0


@dataclass(frozen=True, slots=True)
class Retries:
    """Pauses before further tries, by the house's one policy."""

    policy: Backoff
    rng: random.Random

    def after_failure(self, failed: Failed, tries: int, *, answered: bool) -> float | None:
        """Seconds to wait before trying again after ``tries`` tries, or None to give up.

        A server that began to answer and did not end in time (``answered``) would do so again;
        one that did not answer at all gets one more chance.
        """
        most = self.policy.tries
        if failed.outcome is Outcome.TIMEOUT:
            most = 1 if answered else min(2, most)
        if not failed.transient or tries >= most:
            return None
        return self.policy.pause(tries, self.rng)

    def after_answer(self, status: int, retry_after: str, tries: int) -> float | None:
        """The same after an answer; ``retry_after`` is the header's value in seconds.

        A server that asks for a longer pause than a crawl can wait is not asked again.
        """
        if status not in _PASSING or tries >= self.policy.tries:
            return None
        text = retry_after.strip()
        asked = float(text[:9]) if text.isascii() and text.isdecimal() else 0.0
        if asked > _LONGEST_ASKED_S:
            return None
        return self.policy.pause(tries, self.rng, asked)
