"""One look at one URL from one vantage: DNS, TCP, TLS, HTTP, up to where it ends."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from functools import cache
from urllib.parse import urlsplit

import httpcore

from blocking.reach.asking import ask
from blocking.reach.fingerprints import host_of_location, normalised
from blocking.reach.measurement import Dns, Failure, Seen
from blocking.reach.plan import ReachPlan, Vantage
from blocking.reach.ways import NoConnection, connect
from domain.digests import sha256_hex
from domain.errors import AddressRefused
from net.addresses import IPAddress, check_address
from net.deadlines import deadline, time_left
from net.resolving import literal_address

_PORTS = {"http": 80, "https": 443}
_REDIRECTS = range(300, 400)


def look(url: str, vantage: Vantage, plan: ReachPlan) -> Seen:
    """What ``vantage`` meets at ``url`` (http or https) within ``plan.bounds``. Never raises for
    what a network, resolver or server does; redirects are not followed."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    with deadline(plan.bounds.seconds):
        literal = literal_address(host)
        dns = (
            Dns(Failure.ANSWERED, (str(literal),))
            if literal
            else ask(host, vantage, plan.bounds.seconds / 2)
        )
        if dns.failure is not Failure.ANSWERED:
            return Seen(url, dns, dns.failure)
        if sinkhole := plan.fingerprints.of_dns(vantage.name, dns.addresses):
            return Seen(url, dns, Failure.DNS_ANSWER, page=sinkhole)
        open_to = _allowed(dns.addresses, host, plan)
        if not open_to:
            return Seen(url, dns, Failure.INNER_ADDRESS)
        port = parts.port or _PORTS[parts.scheme]
        return _Look(url, host, port, vantage, plan, dns).at(open_to[: plan.bounds.addresses])


def _allowed(addresses: Iterable[str], host: str, plan: ReachPlan) -> list[IPAddress]:
    passed = []
    for text in addresses:
        try:
            passed.append(check_address(text, host, plan.network.test_networks))
        except AddressRefused:
            continue
    return passed


class _Look(httpcore.NetworkBackend):
    """The part after the look-up. It is the network of its own HTTP client, so that it sees which
    step fails."""

    def __init__(
        self, url: str, host: str, port: int, vantage: Vantage, plan: ReachPlan, dns: Dns
    ) -> None:
        self._url, self._host, self._port = url, host, port
        self._vantage, self._plan, self._dns = vantage, plan, dns
        self._addresses: list[IPAddress] = []
        self._step, self._address = "tcp", ""

    def at(self, addresses: list[IPAddress]) -> Seen:
        """Look at the first of ``addresses`` that can be connected to."""
        self._addresses = addresses
        tls = self._plan.network.tls or _usual_tls()
        pool = httpcore.ConnectionPool(ssl_context=tls, network_backend=self)
        try:
            return self._asked(pool)
        except NoConnection as error:
            return self._seen(error.failure)
        except httpcore.TimeoutException:
            return self._seen(_LATE[self._step])
        except (
            httpcore.NetworkError,
            httpcore.ProtocolError,
            httpcore.UnsupportedProtocol,
        ) as error:
            return self._seen(_broken(error, self._step))
        finally:
            pool.close()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        failure = Failure.TCP_UNREACHABLE
        share = self._plan.bounds.seconds / 2 / len(self._addresses)
        for address in self._addresses:
            to, to_port = self._moved(address)
            try:
                stream = connect(to, to_port, self._vantage.proxy, time_left(share) or share)
            except NoConnection as error:
                failure = error.failure
                continue
            self._address, self._step = str(address), "http"
            return _Steps(stream, self)
        raise NoConnection(failure)

    def enter(self, step: str) -> None:
        """That the next thing to fail is ``step``."""
        self._step = step

    def _moved(self, address: IPAddress) -> tuple[IPAddress, int]:
        """Where a test network has an address led to; checked as the address itself was."""
        host, _, port = self._plan.network.moved.get(str(address), "").partition(":")
        if not host:
            return address, self._port
        to = check_address(host, self._host, self._plan.network.test_networks)
        return to, int(port or self._port)

    def _asked(self, pool: httpcore.ConnectionPool) -> Seen:
        headers = {
            "Host": urlsplit(self._url).netloc,
            "User-Agent": self._plan.network.user_agent,
            "Accept": "text/html,*/*;q=0.8",
            "Accept-Encoding": "identity",
            "Connection": "close",
        }
        left = dict.fromkeys(("connect", "read", "write", "pool"), self._plan.bounds.seconds)
        with pool.stream(
            "GET", self._url, headers=list(headers.items()), extensions={"timeout": left}
        ) as response:
            body = self._body(response)
            return self._answered(response, body)

    def _body(self, response: httpcore.Response) -> bytes:
        """As much as is allowed; a body that ends early is taken as far as it came."""
        body = b""
        try:
            for part in response.iter_stream():
                body += part
                if len(body) >= self._plan.bounds.body_bytes:
                    break
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException):
            if not body:
                raise
        return body[: self._plan.bounds.body_bytes]

    def _answered(self, response: httpcore.Response, body: bytes) -> Seen:
        rows = [(k.decode("latin-1"), v.decode("latin-1")) for k, v in response.headers]
        location = next((v for k, v in rows if k.lower() == "location"), "")
        page = self._plan.fingerprints.of_page(
            self._vantage.name, response.status, rows, body, self._dns.addresses
        )
        return Seen(
            self._url,
            self._dns,
            address=self._address,
            status=response.status,
            location=self._leads_to(location) if response.status in _REDIRECTS else "",
            length=len(body),
            sha256=sha256_hex(body),
            normal_sha256=sha256_hex(normalised(body).encode()),
            certified=self._url.startswith("https:"),
            page=page,
        )

    def _leads_to(self, location: str) -> str:
        """Scheme and host of a redirect: its path may hold what nobody needs to keep."""
        here = urlsplit(self._url)
        host = host_of_location(location) or self._host
        scheme = location.partition(":")[0].lower() if "://" in location else here.scheme
        return f"{scheme[:10]}://{host[:253]}"

    def _seen(self, failure: Failure) -> Seen:
        return Seen(self._url, self._dns, failure, address=self._address)


class _Steps(httpcore.NetworkStream):
    """A stream that tells the look when TLS begins and when it is done."""

    def __init__(self, inner: httpcore.NetworkStream, told: _Look) -> None:
        self._inner, self._told = inner, told

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, timeout)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, timeout)

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        self._told.enter("tls")
        stream = self._inner.start_tls(ssl_context, server_hostname, timeout)
        self._told.enter("http")
        return stream

    def get_extra_info(self, info: str) -> object:
        return self._inner.get_extra_info(info)


@cache
def _usual_tls() -> ssl.SSLContext:
    """With the certificates that this machine trusts, which take long to load."""
    return ssl.create_default_context()


_LATE = {
    "tcp": Failure.TCP_TIMEOUT,
    "tls": Failure.TLS_TIMEOUT,
    "http": Failure.HTTP_TIMEOUT,
}


def _broken(error: BaseException, step: str) -> Failure:
    causes = [*_causes(error)]
    if step == "tls":
        if any(isinstance(one, ssl.SSLCertVerificationError) for one in causes):
            return Failure.TLS_CERTIFICATE
        ends = (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError)
        reset = any(isinstance(one, ends) for one in causes)
        return Failure.TLS_RESET if reset else Failure.TLS_OTHER
    if isinstance(error, httpcore.NetworkError) or "disconnected" in str(error):
        return Failure.HTTP_RESET
    return Failure.HTTP_OTHER


def _causes(error: BaseException | None) -> Iterable[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
