"""Ways out of a vantage: streams to an address, straight or through a proxy."""

from __future__ import annotations

import base64
from urllib.parse import unquote, urlsplit

import httpcore

from blocking.reach.measurement import Failure
from domain.errors import TransportError
from net.addresses import IPAddress
from net.deadlines import TrustedBackend
from net.socks import SocksRefused, connect_through

_SOCKS_PORT, _HTTP_PORT = 1080, 3128
_LONGEST_HEAD = 16_384
#: Replies of RFC 1928 that speak of the target; the others speak of the proxy.
_REPLIES = {
    3: Failure.TCP_UNREACHABLE,
    4: Failure.TCP_UNREACHABLE,
    5: Failure.TCP_REFUSED,
    6: Failure.TCP_TIMEOUT,
}


class NoConnection(Exception):
    """There is no connection; ``failure`` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.value)
        self.failure = failure


def connect(address: IPAddress, port: int, proxy: str, seconds: float) -> httpcore.NetworkStream:
    """A stream to ``address``, which somebody has checked, within the deadline in force.

    Raises NoConnection. A SOCKS5 proxy says what is wrong with the target (RFC 1928); an HTTP one
    only that it could not: that is then EGRESS, which nothing follows from.
    """
    if not proxy:
        return _straight(str(address), port, seconds)
    parts = urlsplit(proxy)
    socks = parts.scheme in ("socks5", "socks5h")
    where = proxy_address(proxy)
    credentials = None
    if parts.username is not None:
        credentials = unquote(parts.username), unquote(parts.password or "")
    stream: httpcore.NetworkStream | None = None
    try:
        stream = TrustedBackend().connect_tcp(*where, timeout=seconds)
        if socks:
            connect_through(stream, address, port, credentials)
        else:
            _ask_proxy(stream, address, port, credentials, seconds)
    except SocksRefused as error:
        _close(stream)
        raise NoConnection(_REPLIES.get(error.code, Failure.EGRESS)) from error
    except (httpcore.TimeoutException, httpcore.NetworkError, TransportError, OSError) as error:
        late = stream is not None and isinstance(error, httpcore.TimeoutException)
        _close(stream)
        raise NoConnection(Failure.TCP_TIMEOUT if late and socks else Failure.EGRESS) from error
    return stream


def proxy_address(proxy: str) -> tuple[str, int]:
    """Host and port of a proxy's URL, with the usual port of its kind where none is named."""
    parts = urlsplit(proxy)
    usual = _SOCKS_PORT if parts.scheme in ("socks5", "socks5h") else _HTTP_PORT
    return parts.hostname or "", parts.port or usual


def _straight(address: str, port: int, seconds: float) -> httpcore.NetworkStream:
    try:
        return TrustedBackend().connect_tcp(address, port, timeout=seconds)
    except httpcore.TimeoutException as error:
        raise NoConnection(Failure.TCP_TIMEOUT) from error
    except httpcore.NetworkError as error:
        refused = isinstance(error.__cause__, ConnectionRefusedError | ConnectionResetError)
        failure = Failure.TCP_REFUSED if refused else Failure.TCP_UNREACHABLE
        raise NoConnection(failure) from error


def _ask_proxy(
    stream: httpcore.NetworkStream,
    address: IPAddress,
    port: int,
    credentials: tuple[str, str] | None,
    seconds: float,
) -> None:
    """CONNECT of RFC 9110, section 9.3.6."""
    host = f"[{address}]:{port}" if address.version == 6 else f"{address}:{port}"
    head = f"CONNECT {host} HTTP/1.1\r\nHost: {host}\r\n"
    if credentials is not None:
        token = base64.b64encode(":".join(credentials).encode()).decode()
        head += f"Proxy-Authorization: Basic {token}\r\n"
    stream.write(f"{head}\r\n".encode(), seconds)
    answer = b""
    while b"\r\n\r\n" not in answer:
        part = stream.read(1, seconds)  # what follows the head is the target's
        answer += part
        if not part or len(answer) > _LONGEST_HEAD:
            raise TransportError("the proxy does not answer CONNECT", reason="proxy")
    if answer.split(b" ")[1:2] != [b"200"]:
        raise TransportError("the proxy refused CONNECT", reason="proxy")


def _close(stream: httpcore.NetworkStream | None) -> None:
    if stream is not None:
        stream.close()
