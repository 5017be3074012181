"""The address guard for Twisted, and so for Scrapy (setting ``TWISTED_DNS_RESOLVER``).

Twisted connects to exactly the addresses and ports that this resolver hands out, which are those
that ``net.resolving`` has checked; redirects and addresses spelled out in URLs come here too.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, Self

from twisted.internet import defer
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import (
    IAddress,
    IHostnameResolver,
    IHostResolution,
)
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from domain.errors import TransportError
from net.addresses import TestNetwork
from net.resolving import Endpoint, Resolver

_KEPT = 10_000
_LOG = Logger()


@implementer(IHostResolution)
class _Resolution:
    def __init__(self, name: str, receiver: Any) -> None:
        self.name = name
        self._receiver = receiver
        self._done = False

    def cancel(self) -> None:
        """The receiver hears no more of it; the thread that asks the system ends by itself."""
        if not self._done:
            self._done = True
            self._receiver.resolutionComplete()

    def complete(self, addresses: Sequence[IPv4Address | IPv6Address]) -> None:
        if self._done:
            return
        self._done = True
        for address in addresses:
            self._receiver.addressResolved(address)
        self._receiver.resolutionComplete()


@implementer(IHostnameResolver)
class GuardedResolver:
    """Resolves in the reactor's thread pool, through ``net.resolving.Resolver``.

    Twisted's interface has no way to say why there is no address; ``failure`` tells it afterwards.
    """

    def __init__(self, reactor: Any, resolver: Resolver, timeout_s: float) -> None:
        self._reactor = reactor
        self._resolver = resolver
        self._timeout_s = timeout_s
        self._failures: OrderedDict[str, TransportError] = OrderedDict()
        self._addresses: OrderedDict[str, str] = OrderedDict()

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> Self:
        """For Scrapy. Reads ``DNS_TIMEOUT`` (seconds), and what ``resolver_of`` does."""
        settings = crawler.settings
        return cls(reactor, resolver_of(settings), settings.getfloat("DNS_TIMEOUT"))

    def install_on_reactor(self) -> None:
        self._reactor.installNameResolver(self)

    def failure(self, host: str) -> TransportError | None:
        """Why ``host`` had no address when it was last asked for; None if it had one."""
        return self._failures.get(host.lower())

    def address(self, host: str) -> str:
        """Where ``host`` was last found: the address tried first; empty where it was not."""
        return self._addresses.get(host.lower(), "")

    def resolveHostName(
        self,
        resolutionReceiver: Any,
        hostName: str,
        portNumber: int = 0,
        addressTypes: Sequence[type[IAddress]] | None = None,
        transportSemantics: str = "TCP",
    ) -> Any:
        resolution = _Resolution(hostName, resolutionReceiver)
        resolutionReceiver.resolutionBegan(resolution)
        pool = self._reactor.getThreadPool()
        asked: defer.Deferred[list[Endpoint]] = deferToThreadPool(
            self._reactor,
            pool,
            self._resolver.resolve,
            hostName,
            portNumber,
            timeout=self._timeout_s,
        )
        asked.addCallback(self._found, hostName)
        asked.addErrback(self._not_found, hostName)
        asked.addCallback(lambda found: resolution.complete(_of_types(found, addressTypes)))
        return resolution

    def _found(self, endpoints: list[Endpoint], host: str) -> list[Endpoint]:
        name = host.lower()
        self._failures.pop(name, None)
        self._addresses[name] = str(endpoints[0].address)
        self._addresses.move_to_end(name)
        if len(self._addresses) > _KEPT:
            self._addresses.popitem(last=False)
        return endpoints

    def _not_found(self, failure: Failure, host: str) -> list[Endpoint]:
        error = failure.value
        if not isinstance(error, TransportError):
            _LOG.failure("resolving {host} failed", failure, host=host)
            error = TransportError(f"resolving {host}: {error}", reason="dns")
        self._failures[host.lower()] = error
        self._failures.move_to_end(host.lower())
        if len(self._failures) > _KEPT:
            self._failures.popitem(last=False)
        return []


def resolver_of(settings: Any) -> Resolver:
    """The resolver that Scrapy's settings describe: ``NET_RESOLVER_OVERRIDES`` (host pattern to
    ``ip`` or ``ip:port``), ``NET_TEST_NETWORKS`` (tables of name, cidr, hosts) and
    ``NET_DNS_SERVERS``."""
    networks = tuple(
        TestNetwork.of(row["name"], row["cidr"], row["hosts"])
        for row in settings.getlist("NET_TEST_NETWORKS")
    )
    overrides = settings.getdict("NET_RESOLVER_OVERRIDES")
    return Resolver(overrides, networks, servers=settings.getlist("NET_DNS_SERVERS"))


def _of_types(
    endpoints: Sequence[Endpoint], types: Sequence[type[IAddress]] | None
) -> list[IPv4Address | IPv6Address]:
    addresses = [
        (IPv4Address if endpoint.address.version == 4 else IPv6Address)(
            "TCP", str(endpoint.address), endpoint.port
        )
        for endpoint in endpoints
    ]
    return [address for address in addresses if types is None or isinstance(address, tuple(types))]


def address_of(reactor: Any, host: str) -> str:
    """The address that the resolver installed on ``reactor`` last found for ``host``, or none."""
    installed = reactor.nameResolver
    return installed.address(host) if isinstance(installed, GuardedResolver) else ""


def failure_of(reactor: Any, host: str) -> TransportError | None:
    """What the resolver installed on ``reactor`` knows of why ``host`` has no address."""
    installed = reactor.nameResolver
    return installed.failure(host) if isinstance(installed, GuardedResolver) else None
