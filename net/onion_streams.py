"""Connections to onion services for httpx2: over one circuit, with failures told apart."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable
from typing import Any

import httpcore2

from domain.errors import TransportError
from domain.onion import is_valid_onion_v3
from net.socks import SocksRefused, connecting, greeting, speak
from net.tor_pool import Circuit

#: A Tor client on this machine or the next answers a greeting at once.
_GREETING_S = 10.0


class TorSilent(TransportError):
    """Nothing speaks SOCKS5 at a Tor client's port; no request was sent."""

    def __init__(self, circuit: Circuit, why: str) -> None:
        super().__init__(f"Tor at {circuit.client} does not answer: {why}", reason="tor_down")


class MeteredStream(httpcore2.AsyncNetworkStream):
    """Counts what comes in, and reads no more than ``limit`` bytes for one request.

    Raises TransportError, ``too_large``, beyond it.
    """

    def __init__(
        self, inner: httpcore2.AsyncNetworkStream, limit: int, received: Callable[[int], None]
    ) -> None:
        self._inner = inner
        self._limit = limit
        self._received = received
        self._since_request = 0

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = await self._inner.read(max_bytes, timeout)
        self._received(len(data))
        self._since_request += len(data)
        if self._since_request > self._limit:
            message = f"more than {self._limit} bytes came for one request"
            raise TransportError(message, reason="too_large", permanent=True)
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._since_request = 0
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        inner = await self._inner.start_tls(ssl_context, server_hostname, timeout)
        return MeteredStream(inner, self._limit, self._received)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class OnionBackend(httpcore2.AsyncNetworkBackend):
    """Connects over ``circuit`` and to its onion service alone.

    ``limit`` bounds the bytes read for one request, ``received`` is told of all. Raises
    TorSilent, and TransportError: ``onion_down`` (with Tor's reason), ``onion_locked`` where the
    service lets in none but clients it knows, ``not_onion``.
    """

    def __init__(self, circuit: Circuit, limit: int, received: Callable[[int], None]) -> None:
        self._circuit = circuit
        self._limit = limit
        self._received = received
        self._inner = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        if not is_valid_onion_v3(host):
            message = f"connecting to {host}: only v3 onion services are fetched through Tor"
            raise TransportError(message, reason="not_onion", permanent=True)
        stream = await self._to_client(timeout)
        try:
            await speak(stream, connecting(host, port), timeout)
        except SocksRefused as error:
            await stream.aclose()
            reason = "onion_locked" if error.wants_authorization else "onion_down"
            raise TransportError(
                f"Tor at {self._circuit.client}: {error}", reason=reason, permanent=error.permanent
            ) from error
        except TransportError as error:
            await stream.aclose()
            raise TransportError(
                f"Tor at {self._circuit.client}: connecting to {host}: {error}", reason="onion_down"
            ) from error
        except BaseException:
            await stream.aclose()
            raise
        return MeteredStream(stream, self._limit, self._received)

    async def _to_client(self, timeout: float | None) -> httpcore2.AsyncNetworkStream:
        """A connection to the Tor client, greeted: the one part that needs nobody outside."""
        host, _, port = self._circuit.client.rpartition(":")
        wait = _GREETING_S if timeout is None else min(timeout, _GREETING_S)
        try:
            stream = await self._inner.connect_tcp(host.strip("[]"), int(port), wait)
        except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
            raise TorSilent(self._circuit, str(error) or type(error).__name__) from error
        try:
            await speak(stream, greeting(self._circuit.credentials), wait)
        except (TransportError, httpcore2.NetworkError, httpcore2.TimeoutException) as error:
            await stream.aclose()
            raise TorSilent(self._circuit, str(error) or type(error).__name__) from error
        except BaseException:
            await stream.aclose()
            raise
        return stream
