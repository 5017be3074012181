"""SOCKS5 (RFC 1928) with user name and password (RFC 1929), as far as CONNECT needs it."""

from __future__ import annotations

import socket
from collections.abc import Generator
from ipaddress import IPv4Address, IPv6Address
from typing import Protocol

from domain.errors import TransportError

_VERSION = 5
_NO_AUTHENTICATION = 0
_PASSWORD = 2
_CONNECT = 1
_IPV4, _NAME, _IPV6 = 1, 3, 4
_LONGEST_FIELD = 255
_ADDRESS_BYTES = {_IPV4: 4, _IPV6: 16}
_REPLIES = {
    1: "general failure",
    2: "not allowed by the ruleset",
    3: "network unreachable",
    4: "host unreachable",
    5: "connection refused",
    6: "time to live expired",
    7: "command not supported",
    8: "address type not supported",
    # Tor's own, where its SocksPort has the flag ExtendedErrors (tor(1), proposal 304).
    0xF0: "onion service descriptor not found",
    0xF1: "onion service descriptor invalid",
    0xF2: "onion service introduction failed",
    0xF3: "onion service rendezvous failed",
    0xF4: "onion service wants client authorization",
    0xF5: "onion service refuses the client authorization",
    0xF6: "onion service address invalid",
    0xF7: "onion service introduction timed out",
}
_WANT_AUTHORIZATION = frozenset({0xF4, 0xF5})
_FINAL = frozenset({0xF6, *_WANT_AUTHORIZATION})

Credentials = tuple[str, str]
#: Gives bytes to write, or how many bytes to read and send in.
Dialogue = Generator[bytes | int, bytes, None]


class ByteStream(Protocol):
    """What the handshake is spoken over."""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes: ...

    def write(self, buffer: bytes, timeout: float | None = None) -> None: ...


class AsyncByteStream(Protocol):
    """The same for coroutines."""

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes: ...

    async def write(self, buffer: bytes, timeout: float | None = None) -> None: ...


class SocksRefused(TransportError):
    """The proxy answered that it cannot reach the target; ``code`` is its reply code."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message, reason="proxy_refused", permanent=code in _FINAL)
        self.code = code

    @property
    def wants_authorization(self) -> bool:
        """Whether the onion service lets in only clients with a key of their own."""
        return self.code in _WANT_AUTHORIZATION


def connect_through(
    stream: ByteStream,
    host: str | IPv4Address | IPv6Address,
    port: int,
    credentials: Credentials | None = None,
) -> None:
    """Ask the proxy on ``stream`` for a connection to ``host``; a name is left for it to resolve.

    Raises SocksRefused, and TransportError with reason ``proxy`` where it speaks no SOCKS5.
    """
    for part in (greeting(credentials), connecting(host, port)):
        speak_now(stream, part)


def speak_now(stream: ByteStream, part: Dialogue, timeout: float | None = None) -> None:
    """Go through ``part`` (``greeting``, then ``connecting``) on a blocking stream.

    ``timeout`` is for each read and write. Raises what the part does, and the stream.
    """
    wanted = next(part, None)
    while wanted is not None:
        try:
            if isinstance(wanted, bytes):
                stream.write(wanted, timeout)
                wanted = next(part)
            else:
                wanted = part.send(_exactly(stream, wanted, timeout))
        except StopIteration:
            return


async def speak(stream: AsyncByteStream, part: Dialogue, timeout: float | None = None) -> None:
    """``speak_now`` on a stream of coroutines."""
    wanted = next(part, None)
    while wanted is not None:
        try:
            if isinstance(wanted, bytes):
                await stream.write(wanted, timeout)
                wanted = next(part)
            else:
                wanted = part.send(await _exactly_async(stream, wanted, timeout))
        except StopIteration:
            return


def greeting(credentials: Credentials | None = None) -> Dialogue:
    """The first part of the handshake, which the proxy answers without looking outside."""
    method = _NO_AUTHENTICATION if credentials is None else _PASSWORD
    yield bytes((_VERSION, 1, method))
    version, chosen = yield 2
    if version != _VERSION or chosen != method:
        raise TransportError("the proxy speaks no SOCKS5, or wants another sign-in", reason="proxy")
    if credentials is not None:
        user, password = (_field(text.encode()) for text in credentials)
        yield b"\x01" + user + password
        if (yield 2)[1] != 0:
            raise TransportError("the proxy refused user and password", reason="proxy")


def connecting(host: str | IPv4Address | IPv6Address, port: int) -> Dialogue:
    """The second part: the connection asked for. Raises SocksRefused."""
    yield bytes((_VERSION, _CONNECT, 0)) + _destination(host) + port.to_bytes(2, "big")
    version, code, _, kind = yield 4
    if version != _VERSION:
        raise TransportError("the proxy speaks no SOCKS5", reason="proxy")
    if code:
        why = _REPLIES.get(code, "no known reply")
        message = f"connecting to {host}:{port} through the proxy: {why} ({code:#x})"
        raise SocksRefused(message, code)
    length = _ADDRESS_BYTES.get(kind)
    if length is None:
        length = (yield 1)[0]
    yield length + 2


def _destination(host: str | IPv4Address | IPv6Address) -> bytes:
    if isinstance(host, str):
        return bytes((_NAME,)) + _field(host.encode("ascii"))
    return bytes((_IPV4 if host.version == 4 else _IPV6,)) + host.packed


def _field(value: bytes) -> bytes:
    if not 0 < len(value) <= _LONGEST_FIELD:
        raise TransportError(
            f"{len(value)} bytes do not fit SOCKS5", reason="proxy", permanent=True
        )
    return bytes((len(value),)) + value


def _exactly(stream: ByteStream, count: int, timeout: float | None) -> bytes:
    received = b""
    while len(received) < count:
        part = stream.read(count - len(received), timeout)
        if not part:
            raise TransportError("the proxy closed the connection", reason="proxy")
        received += part
    return received


async def _exactly_async(stream: AsyncByteStream, count: int, timeout: float | None) -> bytes:
    received = b""
    while len(received) < count:
        part = await stream.read(count - len(received), timeout)
        if not part:
            raise TransportError("the proxy closed the connection", reason="proxy")
        received += part
    return received


def speaks_socks5(host: str, port: int, timeout_s: float) -> bool:
    """Whether something at ``host:port`` answers a SOCKS5 greeting."""
    try:
        with socket.create_connection((host, port), timeout_s) as connection:
            connection.settimeout(timeout_s)
            connection.sendall(bytes((_VERSION, 2, _NO_AUTHENTICATION, _PASSWORD)))
            answer = connection.recv(2)
    except OSError:
        return False
    return len(answer) == 2 and answer[0] == _VERSION and answer[1] in (0, _PASSWORD)
