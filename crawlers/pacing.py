"""How often each host is asked: its own pace, grown by its strain, and a limit for each address.

Pure: the caller tells the time (monotonic seconds) and what has happened.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from crawlers.limits import Limits

_MOST_HOSTS = 20_000
#: A host that begins to answer within this time is not strained by being asked.
_QUICK_S = 0.5
#: After the first sign of strain at least so long, whatever the pace was.
_FIRST_STRAINED_S = 1.0
#: Each pause is drawn out by up to this share of it, so that hosts do not fall into step.
_JITTER = 0.5


@dataclass(frozen=True, slots=True)
class Politeness:
    """``delay_s`` is the shortest pause between the starts of two fetches from one host,
    ``longest_delay_s`` the longest that strain makes of it. ``per_host`` and ``per_address`` bound
    fetches at a time; all hosts of one address together are asked no more often than
    ``per_address / per_host`` single hosts would be."""

    delay_s: float
    longest_delay_s: float
    per_host: int
    per_address: int

    @classmethod
    def of(cls, limits: Limits) -> Politeness:
        """What the limits of a crawl say of it."""
        return cls(
            limits.delay_s,
            limits.longest_delay_s,
            limits.concurrency_per_host,
            limits.concurrency_per_address,
        )

    @property
    def address_delay_s(self) -> float:
        return self.delay_s * self.per_host / self.per_address


@dataclass(slots=True)
class _Host:
    delay: float
    began: float = -math.inf
    stretched: float = 1.0
    paused_until: float = -math.inf
    under_way: int = 0
    address: str = ""


@dataclass(slots=True)
class _Address:
    began: float = -math.inf
    under_way: int = 0


class Pacer:
    """Knows when a fetch from a host may start. For one thread."""

    def __init__(self, politeness: Politeness, rng: random.Random) -> None:
        self._polite = politeness
        self._rng = rng
        self._hosts: dict[str, _Host] = {}
        self._addresses: dict[str, _Address] = {}

    def delay(self, host: str) -> float:
        """The pause that ``host`` gets now between two fetches, in seconds, without jitter."""
        known = self._hosts.get(host)
        return known.delay if known else self._polite.delay_s

    def due(self, host: str) -> float | None:
        """From when on a fetch from ``host`` may start; None while one has to end before."""
        known = self._hosts.get(host)
        if known is None:
            return -math.inf
        if known.under_way >= self._polite.per_host:
            return None
        due = max(known.began + known.delay * known.stretched, known.paused_until)
        address = self._addresses.get(known.address)
        if address is None:
            return due
        if address.under_way >= self._polite.per_address:
            return None
        return max(due, address.began + self._polite.address_delay_s)

    def begun(self, host: str, now: float) -> None:
        """A fetch from ``host`` starts."""
        known = self._host(host)
        known.under_way += 1
        known.began = now
        known.stretched = 1 + _JITTER * self._rng.random()
        if (address := self._addresses.get(known.address)) is not None:
            address.under_way += 1
            address.began = now

    def ended(self, host: str) -> None:
        """A fetch from ``host`` has ended, however it did."""
        known = self._host(host)
        known.under_way -= 1
        if (address := self._addresses.get(known.address)) is not None:
            address.under_way -= 1

    def answered(self, host: str, latency_s: float) -> None:
        """``host`` began to answer after ``latency_s``: its pace follows, half of the way.

        A slow host is asked about once in the time that its answer takes, shared by the fetches
        that may be under way.
        """
        known, polite = self._host(host), self._polite
        wanted = latency_s / polite.per_host if latency_s > _QUICK_S else 0.0
        known.delay = self._bounded((known.delay + max(wanted, polite.delay_s)) / 2)

    def strained(self, host: str) -> None:
        """``host`` said that it is asked too often, or did not answer in time: half the pace."""
        known = self._host(host)
        known.delay = self._bounded(max(2 * known.delay, _FIRST_STRAINED_S))

    def pause(self, host: str, until: float) -> None:
        """Nothing of ``host`` starts before ``until``."""
        known = self._host(host)
        known.paused_until = max(known.paused_until, until)

    def found_at(self, host: str, address: str) -> None:
        """``host`` was looked up: fetches from it count for ``address`` from now on."""
        known = self._host(host)
        if known.address == address:
            return
        if (before := self._addresses.get(known.address)) is not None:
            before.under_way -= known.under_way
        known.address = address
        there = self._addresses.setdefault(address, _Address())
        there.under_way += known.under_way
        there.began = max(there.began, known.began)

    def _bounded(self, delay: float) -> float:
        return max(self._polite.delay_s, min(delay, self._polite.longest_delay_s))

    def _host(self, host: str) -> _Host:
        known = self._hosts.get(host)
        if known is None:
            if len(self._hosts) >= _MOST_HOSTS:
                self._forget_idle()
            known = self._hosts[host] = _Host(self._polite.delay_s)
        return known

    def _forget_idle(self) -> None:
        """Keep what is under way or paced beyond the ordinary."""
        kept = {
            name: host
            for name, host in self._hosts.items()
            if host.under_way or host.delay > self._polite.delay_s or host.paused_until > -math.inf
        }
        lived_at = {host.address for host in kept.values()}
        self._hosts = kept
        self._addresses = {
            name: address for name, address in self._addresses.items() if name in lived_at
        }
