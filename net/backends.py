"""Ways out for connections: straight to a checked address, or through a SOCKS proxy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import httpcore

from domain.errors import TransportError
from domain.onion import is_onion
from net.addresses import IPAddress
from net.deadlines import TrustedBackend, time_left
from net.resolving import Resolver
from net.socks import connect_through


class GuardedBackend(httpcore.NetworkBackend):
    """Connects to addresses that the resolver has checked, one after the other."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._inner = TrustedBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        endpoints = self._resolver.resolve(host, port, timeout=time_left(timeout))
        failure: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for endpoint in endpoints:
            try:
                return self._inner.connect_tcp(
                    str(endpoint.address), endpoint.port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError(f"{host} has no address")


@dataclass(frozen=True, slots=True)
class SocksProxy:
    """A SOCKS5 proxy, with user and password where it wants them."""

    host: str
    port: int
    credentials: tuple[str, str] | None = None


class SocksBackend(httpcore.NetworkBackend):
    """Connects through a SOCKS5 proxy.

    With ``resolve_here`` names are looked up and checked and the proxy gets an address; without,
    the proxy gets the name, and only addresses spelled out and overridden hosts are checked.
    """

    def __init__(self, proxy: SocksProxy, guard: Resolver, *, resolve_here: bool) -> None:
        self._proxy = proxy
        self._guard = guard
        self._resolve_here = resolve_here

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        if is_onion(host):
            raise TransportError(
                f"connecting to {host}: onion names are for Tor alone",
                reason="onion_refused",
                permanent=True,
            )
        if self._resolve_here or self._guard.answers_itself(host):
            endpoint = self._guard.resolve(host, port, timeout=time_left(timeout))[0]
            return _through(self._proxy, endpoint.address, endpoint.port, timeout)
        return _through(self._proxy, host, port, timeout)


def isolation(onion: str, job: str) -> tuple[str, str]:
    """User and password for Tor's SOCKS port that are the onion service's and the job's own."""
    label = onion.lower().removesuffix(".").removesuffix(".onion").rpartition(".")[2]
    return label, job


def _through(
    proxy: SocksProxy, host: str | IPAddress, port: int, timeout: float | None
) -> httpcore.NetworkStream:
    try:
        stream = TrustedBackend().connect_tcp(proxy.host, proxy.port, timeout)
    except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
        message = f"the proxy {proxy.host}:{proxy.port} does not answer: {error}"
        raise TransportError(message, reason="proxy") from error
    try:
        connect_through(stream, host, port, proxy.credentials)
    except BaseException:
        stream.close()
        raise
    return stream
