"""Connections to onion services for httpcore, over the circuits that a pool of Tor clients has."""

from __future__ import annotations

from collections.abc import Iterable

import httpcore

from domain.errors import TransportError
from domain.onion import is_valid_onion_v3
from domain.targets import canonical_onion
from net.deadlines import TrustedBackend, time_left
from net.socks import SocksRefused, connecting, greeting, speak_now
from net.tor_pool import Circuit, TorPool
from net.tor_probing import probe_tor

#: A Tor client on this machine or the next answers a greeting at once.
_GREETING_S = 10.0


class TorBackend(httpcore.NetworkBackend):
    """Connects to onion services through Tor, and to nothing else, over the circuits of ``pool``.

    A Tor client at whose port nothing answers is taken out of the pool and the next one is asked;
    when all are silent they are asked once more. A circuit that fails is retired.

    Raises TransportError: ``tor_down`` (no client answers), ``onion_down`` (with Tor's reason),
    ``onion_locked`` where the service lets in none but clients it knows, ``not_onion``.
    """

    def __init__(self, pool: TorPool) -> None:
        self._pool = pool

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        if not is_valid_onion_v3(host):
            raise TransportError(
                f"connecting to {host}: only v3 onion services are fetched through Tor",
                reason="not_onion",
                permanent=True,
            )
        circuit, stream = self._on_the_way(canonical_onion(host), timeout)
        try:
            speak_now(stream, connecting(host, port), timeout)
        except SocksRefused as error:
            stream.close()
            reason = "onion_locked" if error.wants_authorization else "onion_down"
            raise self._failed(circuit, str(error), reason, permanent=error.permanent) from error
        except (TransportError, httpcore.NetworkError) as error:
            stream.close()
            message = f"connecting to {host}: {error}"
            raise self._failed(circuit, message, "onion_down") from error
        except httpcore.TimeoutException:
            stream.close()
            self._pool.retire(circuit)
            raise
        except BaseException:
            stream.close()
            raise
        return stream

    def _on_the_way(
        self, onion: str, timeout: float | None
    ) -> tuple[Circuit, httpcore.NetworkStream]:
        """The circuit for ``onion`` and a greeted connection to its Tor client."""
        while True:
            try:
                circuit = self._pool.circuit(onion)
            except TransportError:
                if not probe_tor(self._pool):
                    raise
                circuit = self._pool.circuit(onion)
            if (stream := _greeted(circuit, timeout)) is not None:
                return circuit, stream
            self._pool.take_out(circuit.client)

    def _failed(
        self, circuit: Circuit, why: str, reason: str, *, permanent: bool = False
    ) -> TransportError:
        if not permanent:
            self._pool.retire(circuit)
        message = f"Tor at {circuit.client}: {why}"
        return TransportError(message, reason=reason, permanent=permanent)


def _greeted(circuit: Circuit, timeout: float | None) -> httpcore.NetworkStream | None:
    """A connection to the Tor client of ``circuit``; None where it is silent.

    Raises httpcore.TimeoutException where the time for the whole fetch is over.
    """
    host, _, port = circuit.client.rpartition(":")
    wait = _GREETING_S if timeout is None else min(timeout, _GREETING_S)
    try:
        stream = TrustedBackend().connect_tcp(host.strip("[]"), int(port), wait)
    except (httpcore.ConnectError, httpcore.ConnectTimeout):
        time_left()
        return None
    try:
        speak_now(stream, greeting(circuit.credentials), wait)
    except (TransportError, httpcore.NetworkError, httpcore.TimeoutException):
        stream.close()
        time_left()
        return None
    except BaseException:
        stream.close()
        raise
    return stream
