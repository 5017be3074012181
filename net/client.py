"""The one HTTP client set-up: guarded connections, bounded bodies, one deadline for a fetch."""

from __future__ import annotations

import ssl
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import httpx

from domain.errors import TransportError
from domain.onion import is_onion
from net.addresses import TestNetwork
from net.backends import GuardedBackend, SocksBackend, SocksProxy
from net.deadlines import TrustedBackend, deadline
from net.decoding import ACCEPTED_CODINGS, BoundedBody
from net.resolving import Resolver
from net.tor_backend import TorBackend
from net.tor_pool import TorPool
from net.transport import CUT_OFF, GuardedTransport, pool_over

_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "ru,kk;q=0.9,en;q=0.7",
    "Accept-Encoding": ACCEPTED_CODINGS,
}
_MOST_VISITS = 2
_LONGEST_S = 30.0


@dataclass(frozen=True, slots=True)
class NetConfig:
    """Plain values that clients are built from; the settings' sections ``net`` and ``tor``."""

    user_agent: str
    timeout_s: float = 30.0
    max_body_bytes: int = 5_000_000
    max_redirects: int = 8
    test_networks: tuple[TestNetwork, ...] = ()
    resolver_overrides: Mapping[str, str] = field(default_factory=dict)
    dns_servers: tuple[str, ...] = ()
    proxy: str = ""
    tor_socks: tuple[str, ...] = ("127.0.0.1:9050",)
    tor_timeout_s: float = 90.0
    tls: ssl.SSLContext | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came back. Headers keep order and repetitions; ``body`` is decoded.

    ``url`` is the last one asked, ``hops`` are those that led to it. ``truncated`` says that the
    connection ended before the body did. ``address`` is what was connected to: the server, or
    the proxy.
    """

    url: str
    status: int
    reason: str
    request_headers: tuple[tuple[str, str], ...]
    headers: tuple[tuple[str, str], ...]
    body: bytes
    truncated: bool
    address: str = ""
    hops: tuple[str, ...] = ()

    def header(self, name: str, default: str = "") -> str:
        """The first header called ``name``, in any case."""
        found = (value for key, value in self.headers if key.lower() == name.lower())
        return next(found, default)


def build_resolver(config: NetConfig) -> Resolver:
    return Resolver(config.resolver_overrides, config.test_networks, servers=config.dns_servers)


def build_client(config: NetConfig) -> httpx.Client:
    """A client for the clearnet, through ``config.proxy`` if there is one.

    Environment variables and ``.netrc`` are not looked at. socks5:// looks names up here and
    checks them; socks5h:// and http(s):// leave names to the proxy, whose owner then answers for
    what it connects to, and check only addresses spelled out and overridden hosts.
    """
    guard = build_resolver(config)
    tls = config.tls or httpx.create_ssl_context(trust_env=False)
    proxy = httpx.URL(config.proxy) if config.proxy else None
    check: Callable[[str], None] | None = None
    if proxy is None:
        pool = pool_over(GuardedBackend(guard), tls)
    elif proxy.scheme in ("socks5", "socks5h"):
        credentials = (proxy.username, proxy.password) if proxy.username else None
        socks = SocksProxy(proxy.host, proxy.port or 1080, credentials)
        here = proxy.scheme == "socks5"
        pool = pool_over(SocksBackend(socks, guard, resolve_here=here), tls)
    else:
        pool = pool_over(TrustedBackend(), tls, http_proxy=config.proxy)
        check = guard.check_unresolved
    return _client(config, GuardedTransport(pool, check), config.timeout_s)


def build_onion_client(config: NetConfig, tor: TorPool) -> httpx.Client:
    """A client for onion services through the Tor clients of ``tor``; each service gets circuits
    of its own for that pool's job."""
    tls = config.tls or httpx.create_ssl_context(trust_env=False)
    pool = pool_over(TorBackend(tor), tls)
    return _client(config, GuardedTransport(pool), config.tor_timeout_s)


def _client(config: NetConfig, transport: httpx.BaseTransport, timeout_s: float) -> httpx.Client:
    return httpx.Client(
        transport=transport,
        headers={"User-Agent": config.user_agent, **_HEADERS},
        timeout=timeout_s,
        follow_redirects=False,
        max_redirects=config.max_redirects,
        trust_env=False,
    )


def fetch(
    client: httpx.Client,
    url: str,
    max_bytes: int,
    *,
    headers: Mapping[str, str] | None = None,
    timeout_s: float | None = None,
) -> Fetched:
    """GET ``url`` and what it redirects to, all within ``timeout_s`` (the client's by default).

    A redirect between clearnet and onion, or to another scheme than http(s), is not followed:
    it is what is returned.
    Raises TransportError, AddressRefused; beside the reasons of GuardedTransport and BoundedBody
    there is ``redirects`` for a loop or a chain that is too long.
    """
    seconds = timeout_s if timeout_s is not None else client.timeout.read or _LONGEST_S
    try:
        with deadline(seconds):
            return _follow(client, client.build_request("GET", url, headers=headers), max_bytes)
    except (httpx.InvalidURL, httpx.HTTPError) as error:
        message = f"fetching {url}: {error}"
        raise TransportError(message, reason="bad_url", permanent=True) from error


def _follow(client: httpx.Client, request: httpx.Request, max_bytes: int) -> Fetched:
    hops: list[str] = []
    visits: Counter[str] = Counter()
    while True:
        url = str(request.url)
        visits[url] += 1
        if visits[url] > _MOST_VISITS or len(hops) > client.max_redirects:
            message = f"fetching {hops[0]}: redirected {len(hops)} times, last to {url}"
            raise TransportError(message, reason="redirects", permanent=True)
        response = client.send(request, stream=True)
        try:
            following = response.next_request
            if following is None or not _may_follow(request.url, following.url):
                return _read(response, max_bytes, tuple(hops))
        finally:
            response.close()
        hops.append(url)
        request = following


def _may_follow(origin: httpx.URL, target: httpx.URL) -> bool:
    same_network = is_onion(origin.host) == is_onion(target.host)
    return same_network and target.scheme in ("http", "https")


def _refuse_announced(response: httpx.Response, max_bytes: int) -> None:
    length = response.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) > max_bytes:
        message = f"reading {response.url}: {length} bytes announced, at most {max_bytes}"
        raise TransportError(message, reason="too_large", permanent=True)


def _read(response: httpx.Response, max_bytes: int, hops: tuple[str, ...]) -> Fetched:
    url = str(response.url)
    body = BoundedBody(url, response.headers.get("Content-Encoding", ""), max_bytes)
    truncated = False
    address = _server(response)
    _refuse_announced(response, max_bytes)
    try:
        for chunk in response.iter_raw():
            body.add(chunk)
    except TransportError as error:
        if error.reason != CUT_OFF:
            raise
        truncated = True
    return Fetched(
        url=url,
        status=response.status_code,
        reason=response.reason_phrase,
        request_headers=_pairs(response.request.headers),
        headers=_pairs(response.headers),
        body=body.content(),
        truncated=truncated,
        address=address,
        hops=hops,
    )


def _pairs(headers: httpx.Headers) -> tuple[tuple[str, str], ...]:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers.raw)


def _server(response: httpx.Response) -> str:
    stream = response.extensions.get("network_stream")
    found = stream.get_extra_info("server_addr") if stream is not None else None
    return str(found[0]) if found else ""
