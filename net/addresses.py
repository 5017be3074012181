"""The address guard: which addresses may be connected to.

Sources: the IANA special-purpose registries for IPv4 and IPv6 (RFC 6890 and later), and the
metadata services of cloud providers, some of which have public addresses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import ClassVar

from domain.errors import AddressRefused

IPAddress = IPv4Address | IPv6Address
IPNetwork = IPv4Network | IPv6Network

_METADATA = {
    ip_address(text)
    for text in (
        "169.254.169.254",  # most clouds
        "169.254.170.2",  # containers of AWS
        "100.100.100.200",  # Alibaba
        "168.63.129.16",  # Azure's wire server, a public address
        "192.0.0.192",  # Oracle
        "fd00:ec2::254",  # AWS
        "fd20:ce::254",  # Google
    )
}
_REFUSED: tuple[tuple[IPNetwork, str], ...] = tuple(
    (ip_network(text), what)
    for text, what in (
        ("0.0.0.0/8", "unspecified"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "carrier-grade NAT"),
        ("127.0.0.0/8", "loopback"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "reserved"),
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("::/96", "IPv4-compatible"),
        ("64:ff9b:1::/48", "local NAT64"),
        ("2001::/32", "Teredo"),
        ("2001::/23", "reserved"),
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "6to4"),
        ("3fff::/20", "documentation"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "site-local"),
        ("ff00::/8", "multicast"),
    )
)
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_LOW_32_BITS = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class TestNetwork:
    """A network that the hosts named, and no others, may reach although the guard refuses it.

    A pattern is an exact host or ``*.name`` for all names below ``name``.
    """

    __test__: ClassVar[bool] = False  # the name begins like a test class's

    name: str
    network: IPNetwork
    hosts: tuple[str, ...]

    @classmethod
    def of(cls, name: str, cidr: str, hosts: Sequence[str]) -> TestNetwork:
        """From text, as settings have it. Raises ValueError for a network that is none."""
        return cls(name, ip_network(cidr), tuple(hosts))

    def allows(self, address: IPAddress, host: str) -> bool:
        return address in self.network and any(host_matches(host, one) for one in self.hosts)


def host_matches(host: str, pattern: str) -> bool:
    """Whether ``host`` is ``pattern`` or, for ``*.name``, any name below ``name``."""
    host = host.lower().removesuffix(".")
    if pattern.startswith("*."):
        return host.endswith(pattern[1:]) and len(host) > len(pattern) - 1
    return host == pattern


def refusal(address: IPAddress) -> str:
    """Why ``address`` is refused, in a word or two; empty for a public one.

    IPv6 forms that carry an IPv4 address which is then connected to (mapped, NAT64) are judged by
    that one; the dead tunnels (6to4, Teredo, IPv4-compatible) are refused altogether.
    """
    address = effective(address)
    if address in _METADATA:
        return "cloud metadata"
    for network, what in _REFUSED:
        if address.version == network.version and address in network:
            return what
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return "reserved"
    return ""


def effective(address: IPAddress) -> IPAddress:
    """The address that a connection to ``address`` reaches, without a zone."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    plain = IPv6Address(int(address))
    if plain in _NAT64:
        return IPv4Address(int(plain) & _LOW_32_BITS)
    return plain


def check_address(
    address: str | IPAddress, host: str, allowed: Sequence[TestNetwork] = ()
) -> IPAddress:
    """The address to connect to for ``host``. Raises AddressRefused."""
    given = ip_address(address) if isinstance(address, str) else address
    reached = effective(given)
    why = refusal(reached)
    if why and not any(network.allows(reached, host) for network in allowed):
        raise AddressRefused(f"connecting to {host}: its address {given} is refused ({why})")
    return given
