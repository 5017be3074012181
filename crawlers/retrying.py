"""Whether a fetch is tried again, and when. Every further try is counted by its reason."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from crawlers.failures import Failed
from domain.captures import Outcome
from net.retries import ASKING_TO_WAIT, Backoff, seconds_asked

#: Answers of gateways, and of servers that are overloaded (RFC 9110).
_PASSING = frozenset({*ASKING_TO_WAIT, 502, 504})
#: Redirects after which the same page may be another one, with the cookie that came along.
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
#: What such a further try is counted under.
FOR_COOKIE = "cookie set with a redirect"
#: Why nothing more is fetched from a site that asks for a longer pause than a crawl can make.
ASKS_TOO_MUCH = "asks for a longer pause"


@dataclass(frozen=True, slots=True)
class Pause:
    """Before the next try ``wait_s`` seconds; ``of_host`` of them hold for its whole host.

    ``wait_s`` None means that there is none; ``closes`` says why, where that is the end of the
    site for this crawl.
    """

    wait_s: float | None = None
    of_host: float = 0.0
    closes: str = ""


@dataclass(frozen=True, slots=True)
class Retries:
    """Pauses before further tries, by the house's one policy.

    A pause that a server asks for is kept up to ``longest_wait_s``.
    """

    policy: Backoff
    rng: random.Random
    longest_wait_s: float = 120.0

    def after_failure(self, failed: Failed, tries: int, *, answered: bool) -> Pause:
        """What follows a failure after ``tries`` tries.

        A server that began to answer and did not end in time (``answered``) would do so again;
        one that did not answer at all gets one more chance.
        """
        most = self.policy.tries
        if failed.outcome is Outcome.TIMEOUT:
            most = 1 if answered else min(2, most)
        if not failed.transient or tries >= most:
            return Pause()
        return Pause(self.policy.pause(tries, self.rng))

    def for_cookie(self, status: int, retried: Sequence[str]) -> bool:
        """Whether an answer that set a cookie is asked for again with it: a redirect, once.

        A site that redirects in a circle until its cookie comes back shows its page then.
        """
        return status in _REDIRECTS and FOR_COOKIE not in retried

    def after_answer(self, status: int, retry_after: str, tries: int) -> Pause:
        """The same after an answer; ``retry_after`` is the header's value."""
        asked = seconds_asked(retry_after) if status in ASKING_TO_WAIT else 0.0
        if asked > self.longest_wait_s:
            return Pause(closes=ASKS_TOO_MUCH)
        if status not in _PASSING or tries >= self.policy.tries:
            return Pause(of_host=asked)
        return Pause(max(self.policy.pause(tries, self.rng), asked), asked)


def is_strain(status: int) -> bool:
    """Whether an answer says that the server is asked too often."""
    return status in ASKING_TO_WAIT
