"""What may stand in a block list: host names, URLs and Telegram items, each checked once.

Every value that reaches an exporter has passed here, so that no line format can be made to carry
a second record. Rules: RFC 1123 for labels; special-use names of RFC 6761, 6762, 7686, 9476 and
of ICANN's reservation (``internal``) out; IP addresses only when public.
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from domain.errors import KeyFormatError
from domain.onion import is_onion
from domain.targets import USERNAME, canonical_host, canonical_url

_HOST = re.compile(
    r"(?=.{4,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+"
    r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])\Z"
)
_SPECIAL = frozenset(
    {"alt", "arpa", "corp", "home", "i2p", "internal", "invalid", "lan", "local", "localhost"}
    | {"onion"}
)
_URL = re.compile(r"https?://[!-~]+\Z")
_MAX_POSTS = 1000
#: Of protocols (RFC 6890) and of the relays of 6to4 (RFC 7526): global, and nobody's site.
_NOT_HOSTS = (ipaddress.IPv4Network("192.0.0.0/24"), ipaddress.IPv4Network("192.88.99.0/24"))


def block_host(host: str) -> str:
    """``host`` when it may be blocked by name: canonical, two labels or more, no address.

    Raises KeyFormatError otherwise. Names whose last label begins with ``rpz-`` would be read by
    a resolver as triggers of another kind (draft-vixie-dnsop-dns-rpz) and are refused too.
    """
    if not _HOST.match(host):
        raise KeyFormatError(f"not a host name that can be blocked: {host!r}")
    last = host.rpartition(".")[2]
    if last in _SPECIAL or last.startswith("rpz-"):
        raise KeyFormatError(f"not a host name of the public internet: {host!r}")
    if "xn--" in host and canonical_host(host) != host:
        raise KeyFormatError(f"not a canonical host name: {host!r}")
    return host


def block_address(address: str) -> str:
    """``address`` when it may be blocked: an IPv4 address in dotted decimals, of the public
    internet. Of IPv6 none is: whoever has one has a network of them. Raises KeyFormatError
    otherwise."""
    try:
        found = ipaddress.IPv4Address(address)
    except ValueError as error:
        raise KeyFormatError(f"not an IPv4 address: {address!r}") from error
    if not _is_public(found) or any(found in network for network in _NOT_HOSTS):
        raise KeyFormatError(f"a private or reserved address: {address!r}")
    return address


def is_address(host: str) -> bool:
    """Whether ``host``, without brackets, is an IP address and no name."""
    return _address(host) is not None


def block_url(url: str) -> str:
    """``url`` when it may be blocked: canonical, without credentials, on a public host.

    Raises KeyFormatError otherwise; the canonical form is that of ``domain.targets``.
    """
    if not _URL.match(url) or canonical_url(url) != url:
        raise KeyFormatError(f"not a canonical URL: {url!r}")
    host = urlsplit(url).hostname or ""
    address = _address(host)
    if address is None:
        if not is_onion(host):
            block_host(host)
    elif not _is_public(address):
        raise KeyFormatError(f"URL of a private or reserved address: {url!r}")
    return url


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return address.is_global and not address.is_multicast and not _inside(address)


def _inside(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an IPv6 address carries an IPv4 one: mapped, 6to4, Teredo or NAT64."""
    if isinstance(address, ipaddress.IPv4Address):
        return False
    nat64 = ipaddress.IPv6Network("64:ff9b::/96")
    return bool(address.ipv4_mapped or address.sixtofour or address.teredo or address in nat64)


def is_root(url: str) -> bool:
    """Whether a canonical URL is the first page of its host, without a query."""
    parts = urlsplit(url)
    return parts.path in {"", "/"} and not parts.query


def check_username(name: str) -> str:
    """A Telegram username in lower case, without ``@``. Raises KeyFormatError."""
    if not USERNAME.fullmatch(name) or name != name.lower():
        raise KeyFormatError(f"not a Telegram username: {name!r}")
    return name


def check_posts(posts: tuple[int, ...]) -> tuple[int, ...]:
    """Message ids: positive, and no more than a notice can carry. Raises KeyFormatError."""
    if len(posts) > _MAX_POSTS or any(post <= 0 for post in posts):
        raise KeyFormatError(f"not message ids of a channel: {posts[:5]!r}…")
    return posts
