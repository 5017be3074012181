"""What looking at blocks needs to know, as plain values: entry points make it from settings."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from blocking.reach.fingerprints import Fingerprints
from net.addresses import TestNetwork


@dataclass(frozen=True, slots=True)
class Vantage:
    """A place that is looked from: a way out of this machine and the resolver that is asked there.

    ``resolver`` is ``ip`` or ``ip:port``; ``proxy`` the URL of a SOCKS5 or HTTP proxy, "" for
    straight out. It stands for the networks of ``recipients``, for all where there are none. The
    ``control`` is where nothing is blocked and stands for nobody. Nothing leaves by a way that is
    not ``acknowledged``.
    """

    name: str
    resolver: str
    proxy: str = ""
    control: bool = False
    recipients: frozenset[str] = frozenset()
    acknowledged: bool = False

    def stands_for(self, recipient: str) -> bool:
        return not self.control and (not self.recipients or recipient in self.recipients)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Limits of one look: seconds in all, bytes that are read of a body, addresses that are tried;
    and limits of a batch: how many looks at once, orders, URLs an order, siblings an order, hosts
    of the record that are asked for their address to find those that share one."""

    seconds: float = 10.0
    body_bytes: int = 200_000
    addresses: int = 3
    at_once: int = 8
    orders: int = 500
    urls: int = 5
    siblings: int = 5
    pool: int = 200


@dataclass(frozen=True, slots=True)
class Times:
    """``apart`` is the least time between two looks that settle an order, ``verified`` the time
    between looks at one that is verified; a lifting is looked for during ``lifted``."""

    apart: timedelta = timedelta(hours=1)
    verified: timedelta = timedelta(days=7)
    lifted: timedelta = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Network:
    """How connections are made. ``test_networks`` are excepted from the address guard, ``moved``
    leads an address to another ``ip:port`` (test networks alone have it)."""

    user_agent: str
    test_networks: tuple[TestNetwork, ...] = ()
    moved: Mapping[str, str] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None


@dataclass(frozen=True, slots=True)
class ReachPlan:
    """Everything that looking at blocks is given. ``references`` are URLs that every network
    reaches: a vantage that reaches none of them is not fit to say anything."""

    vantages: tuple[Vantage, ...]
    references: tuple[str, ...]
    fingerprints: Fingerprints
    network: Network
    bounds: Bounds = Bounds()
    times: Times = Times()

    @property
    def control(self) -> Vantage | None:
        """The control, where there is one that may be used."""
        return next((one for one in self.vantages if one.control and one.acknowledged), None)

    def standing_for(self, recipient: str) -> tuple[Vantage, ...]:
        """The vantages that may be used and stand for a recipient."""
        return tuple(one for one in self.vantages if one.acknowledged and one.stands_for(recipient))
