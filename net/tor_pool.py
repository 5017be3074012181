"""Several Tor clients as one: which of them, and which circuit of it, an onion service gets.

Onions are spread by rendezvous hashing (Thaler and Ravishankar, 1998): each goes to the client
with the highest hash of both names, so that losing one client moves that one's onions alone.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from domain.digests import sha256_hex
from domain.errors import TransportError
from net.backends import isolation
from net.socks import Credentials

#: New circuits that one onion gets in one job because the ones before failed.
MOST_RETIRED = 12


@dataclass(frozen=True, slots=True)
class Circuit:
    """A way to an onion service. Tor keeps streams with different credentials on circuits of
    their own (IsolateSOCKSAuth, on by default).

    ``client`` is the SOCKS port, ``host:port``; ``number`` counts the onion's circuits from 0.
    """

    client: str
    onion: str
    credentials: Credentials
    number: int = 0

    @property
    def url(self) -> str:
        """The circuit as a socks5h URL; different circuits have different ones."""
        user, password = self.credentials
        return f"socks5h://{user}:{quote(password, safe='')}@{self.client}"


def ranked(clients: Sequence[str], onion: str) -> list[str]:
    """``clients`` in the order in which ``onion`` prefers them."""
    return sorted(clients, key=lambda client: sha256_hex(f"{client} {onion}".encode()))


class TorPool:
    """The Tor clients of one job. Safe to use from several threads; touches no network."""

    def __init__(self, clients: Sequence[str], job: str) -> None:
        self.clients = tuple(dict.fromkeys(clients))
        self._job = job
        self._lock = threading.Lock()
        self._silent: set[str] = set()
        self._retired: Counter[str] = Counter()

    @property
    def silent(self) -> tuple[str, ...]:
        """Clients taken out because nothing answers at their port, in the order of the pool."""
        with self._lock:
            return tuple(client for client in self.clients if client in self._silent)

    def circuit(self, onion: str) -> Circuit:
        """The circuit for ``onion`` now. Raises TransportError, ``tor_down``, without clients."""
        with self._lock:
            alive = [client for client in self.clients if client not in self._silent]
            number = self._retired[onion]
        if not alive:
            message = f"Tor: nothing answers at {', '.join(self.clients)}"
            raise TransportError(message, reason="tor_down", permanent=True)
        job = f"{self._job}.{number}" if number else self._job
        client = ranked(alive, onion)[number % len(alive)]
        return Circuit(client, onion, isolation(onion, job), number)

    def number_of(self, onion: str) -> int:
        """How many circuits of ``onion`` were retired."""
        with self._lock:
            return self._retired[onion]

    def begin_at(self, onion: str, number: int) -> None:
        """Of ``onion`` circuits before ``number`` failed elsewhere in this job: they are not
        used."""
        with self._lock:
            self._retired[onion] = max(self._retired[onion], min(number, MOST_RETIRED))

    def retire(self, circuit: Circuit) -> bool:
        """``circuit`` failed: the onion's next one is new, on another client where there is one.

        Returns whether it was: of fetches that fail together on one circuit only the first
        counts, and nothing is gained by more than ``MOST_RETIRED``.
        """
        with self._lock:
            number = self._retired[circuit.onion]
            if number != circuit.number or number >= MOST_RETIRED:
                return False
            self._retired[circuit.onion] = number + 1
            return True

    def take_out(self, client: str) -> None:
        """Nothing answers at ``client``: its onions go to the others."""
        with self._lock:
            self._silent.add(client)

    def put_back(self, client: str) -> None:
        """``client`` answers again."""
        with self._lock:
            self._silent.discard(client)
