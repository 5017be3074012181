"""Names to checked addresses. What is returned is what gets connected to, so that no second
look-up can give another answer (DNS rebinding).
"""

from __future__ import annotations

import re
import socket
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address

from domain.errors import AddressRefused, InputError, TransportError
from domain.onion import is_onion
from net.addresses import IPAddress, TestNetwork, check_address, host_matches
from net.dns_servers import ask_servers

_INET_ATON = re.compile(r"(0x[0-9a-f]*|[0-9]+)(\.(0x[0-9a-f]*|[0-9]+)){0,3}", re.IGNORECASE)
_CACHED_HOSTS = 10_000
_DNS_PORT = 53


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A checked address and the port to connect to, which an override may have changed."""

    address: IPAddress
    port: int


@dataclass(frozen=True, slots=True)
class _Override:
    pattern: str
    address: IPAddress
    port: int | None


class Resolver:
    """Looks hosts up and checks what comes back; safe to use from several threads.

    ``overrides`` maps a host or ``*.name`` to ``ip`` or ``ip:port``; the longest pattern that
    matches wins, an exact host before all. Raises InputError for an override that is no address.
    Answers are kept for ``ttl_s`` seconds. ``servers`` (``ip`` or ``ip:port``) are asked instead of
    the system's.
    """

    def __init__(
        self,
        overrides: Mapping[str, str] | None = None,
        allowed: Sequence[TestNetwork] = (),
        *,
        servers: Sequence[str] = (),
        ttl_s: float = 60.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        parsed = [_parsed(pattern, text) for pattern, text in (overrides or {}).items()]
        self._overrides = sorted(
            parsed, key=lambda one: (one.pattern[:1] == "*", -len(one.pattern))
        )
        self._allowed = tuple(allowed)
        self._servers = tuple(_endpoint(text) for text in servers)
        self._ttl_s = ttl_s
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._cache: OrderedDict[str, tuple[float, list[IPAddress]]] = OrderedDict()

    def resolve(self, host: str, port: int, *, timeout: float | None = None) -> list[Endpoint]:
        """Where to connect to for ``host``, never empty.

        Raises AddressRefused where no address passes the guard, and TransportError with reason
        ``onion_refused`` for onion names (only Tor may see them), ``dns`` where there is no
        address, ``timeout`` after ``timeout`` seconds.
        """
        name = host.lower().strip("[]").removesuffix(".")
        if is_onion(name):
            raise TransportError(
                f"resolving {host}: onion names are for Tor alone",
                reason="onion_refused",
                permanent=True,
            )
        for override in self._overrides:
            if host_matches(name, override.pattern):
                address = check_address(override.address, name, self._allowed)
                return [Endpoint(address, override.port or port)]
        literal = literal_address(name)
        found = [literal] if literal else self._looked_up(name, timeout)
        return [Endpoint(address, port) for address in self._checked(found, name)]

    def answers_itself(self, host: str) -> bool:
        """Whether ``host`` is answered without a look-up: an override, or an address."""
        name = host.lower().strip("[]").removesuffix(".")
        overridden = any(host_matches(name, one.pattern) for one in self._overrides)
        return overridden or literal_address(name) is not None

    def check_unresolved(self, host: str) -> None:
        """Refuse what can be refused of ``host`` without a look-up, where a proxy does that."""
        if is_onion(host) or self.answers_itself(host):
            self.resolve(host, 0)

    def _checked(self, found: Sequence[IPAddress], host: str) -> list[IPAddress]:
        passed: list[IPAddress] = []
        refused: AddressRefused | None = None
        for address in found:
            try:
                passed.append(check_address(address, host, self._allowed))
            except AddressRefused as error:
                refused = error
        if not passed and refused is not None:
            raise refused
        return passed

    def _looked_up(self, name: str, timeout: float | None) -> list[IPAddress]:
        now = self._monotonic()
        with self._lock:
            kept = self._cache.get(name)
        if kept is not None and kept[0] > now:
            return kept[1]
        found = ask_servers(name, self._servers, timeout) if self._servers else _ask(name, timeout)
        with self._lock:
            self._cache[name] = (now + self._ttl_s, found)
            self._cache.move_to_end(name)
            if len(self._cache) > _CACHED_HOSTS:
                self._cache.popitem(last=False)
        return found


def literal_address(host: str) -> IPAddress | None:
    """The address that ``host`` spells, or None for a name.

    Takes every form that C's ``inet_aton`` takes (``2130706433``, ``0x7f.1``, ``0177.0.0.1``),
    since other programs read those as addresses too, and ``localhost`` (RFC 6761).
    """
    if host == "localhost" or host.endswith(".localhost"):
        return IPv4Address("127.0.0.1")
    try:
        return ip_address(host)
    except ValueError:
        pass
    if _INET_ATON.fullmatch(host):
        try:
            return IPv4Address(socket.inet_aton(host))
        except OSError:
            return None
    return None


def _endpoint(text: str) -> tuple[str, int]:
    server = _parsed("net.dns_servers", text)
    return str(server.address), server.port or _DNS_PORT


def _parsed(pattern: str, text: str) -> _Override:
    host, port = text, ""
    if text.startswith("["):
        host, closed, port = text[1:].partition("]")
        port = port.removeprefix(":") if closed else "unclosed"
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
    try:
        return _Override(pattern.lower(), ip_address(host), int(port) if port else None)
    except ValueError:
        raise InputError(f"{pattern!r}: {text!r} is no ip or ip:port") from None


def _ask(name: str, timeout: float | None) -> list[IPAddress]:
    """The system's answer. ``getaddrinfo`` cannot be interrupted: it gets a thread of its own."""
    answer: list[list[IPAddress] | TransportError] = []

    def ask() -> None:
        try:
            answer.append(_system_answer(name))
        except TransportError as error:
            answer.append(error)

    if timeout is None:
        ask()
    else:
        thread = threading.Thread(target=ask, name=f"resolve {name}", daemon=True)
        thread.start()
        thread.join(max(timeout, 0))
    if not answer:
        raise TransportError(f"resolving {name}: no answer in {timeout:.0f} s", reason="timeout")
    if isinstance(answer[0], TransportError):
        raise answer[0]
    return answer[0]


def _system_answer(name: str) -> list[IPAddress]:
    try:
        # The dot keeps the machine's search domains out of it.
        rows = socket.getaddrinfo(f"{name}.", None, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        permanent = error.errno == socket.EAI_NONAME
        raise TransportError(
            f"resolving {name}: {error.strerror}", reason="dns", permanent=permanent
        ) from error
    except (OSError, UnicodeError, ValueError) as error:
        raise TransportError(f"resolving {name}: {error}", reason="dns", permanent=True) from error
    found = dict.fromkeys(ip_address(str(row[4][0])) for row in rows)
    if not found:
        raise TransportError(f"resolving {name}: no address", reason="dns")
    return list(found)
