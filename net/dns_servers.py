"""Names to addresses by DNS servers that the operator names, instead of the system's."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address

import dns.exception
import dns.nameserver
import dns.resolver

from domain.errors import TransportError
from net.addresses import IPAddress

_LONGEST_S = 30.0


def ask_servers(
    name: str, servers: Sequence[tuple[str, int]], timeout: float | None = None
) -> list[IPAddress]:
    """The addresses of ``name``, IPv4 first, from the first of ``servers`` that answers.

    Raises TransportError: ``dns`` where there is none, ``timeout`` after ``timeout`` seconds.
    """
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers = [dns.nameserver.Do53Nameserver(host, port) for host, port in servers]
    resolver.lifetime = _LONGEST_S if timeout is None else max(timeout, 0.001)
    try:
        answers = resolver.resolve_name(f"{name}.")
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer) as error:
        message = f"resolving {name}: no address"
        raise TransportError(message, reason="dns", permanent=True) from error
    except dns.exception.Timeout as error:
        raise TransportError(f"resolving {name}: no answer in time", reason="timeout") from error
    except dns.exception.DNSException as error:
        raise TransportError(f"resolving {name}: {error}", reason="dns") from error
    found = sorted({ip_address(text) for text in answers.addresses()}, key=_four_first)
    if not found:
        raise TransportError(f"resolving {name}: no address", reason="dns", permanent=True)
    return found


def _four_first(address: IPAddress) -> tuple[int, int]:
    return address.version, int(address)
