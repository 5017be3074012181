"""Undoing content codings within a bound, so that a small body cannot fill the memory.

Codings: gzip, deflate (zlib or raw), br, zstd (RFC 9110, 8.4; RFC 7932; RFC 8878).
"""

from __future__ import annotations

import sys
import zlib
from typing import Protocol

import brotli

from domain.errors import TransportError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

__all__ = ["ACCEPTED_CODINGS", "BOMB_RATIO", "BoundedBody", "zstd"]

ACCEPTED_CODINGS = "gzip, deflate, br, zstd"
#: More than this many bytes out of one byte in is no text that anybody wrote.
BOMB_RATIO = 100
_MOST_CODINGS = 3
_GZIP_MAGIC = b"\x1f\x8b"
#: A decoder must take windows of 8 MiB and may refuse larger ones (RFC 9659).
_ZSTD_OPTIONS = {int(zstd.DecompressionParameter.window_log_max): 23}
_BROKEN = (zlib.error, brotli.error, zstd.ZstdError)


class Overflow(Exception):
    """More bytes than allowed have come out."""


class _Decoder(Protocol):
    def feed(self, data: bytes, room: int) -> bytes:
        """What ``data`` decodes to. Raises Overflow beyond ``room`` bytes."""


class _Zlib:
    def __init__(self, window_bits: int) -> None:
        self._window_bits = window_bits
        self._inflater = zlib.decompressobj(window_bits)

    def feed(self, data: bytes, room: int) -> bytes:
        decoded = b""
        while data:
            decoded += self._inflater.decompress(data, room + 1 - len(decoded))
            if len(decoded) > room:
                raise Overflow
            data = self._inflater.unused_data
            if not data.startswith(_GZIP_MAGIC):  # gzip members may follow one another
                break
            self._inflater = zlib.decompressobj(self._window_bits)
        return decoded


class _Deflate:
    """Some servers send raw deflate, others zlib; the first bytes tell."""

    def __init__(self) -> None:
        self._head = b""
        self._inner: _Zlib | None = None

    def feed(self, data: bytes, room: int) -> bytes:
        if self._inner is None:
            self._head += data
            if len(self._head) < 2:
                return b""
            is_zlib = self._head[0] & 0x0F == 8 and int.from_bytes(self._head[:2], "big") % 31 == 0
            self._inner = _Zlib(zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS)
            data = self._head
        return self._inner.feed(data, room)


class _Brotli:
    def __init__(self) -> None:
        self._decompressor = brotli.Decompressor()

    def feed(self, data: bytes, room: int) -> bytes:
        decoded: bytes = self._decompressor.process(data, output_buffer_limit=room + 1)
        while len(decoded) <= room and not self._decompressor.can_accept_more_data():
            decoded += self._decompressor.process(b"", output_buffer_limit=room + 1 - len(decoded))
        if len(decoded) > room:
            raise Overflow
        return decoded


class _Zstd:
    def __init__(self) -> None:
        self._decompressor = zstd.ZstdDecompressor(options=_ZSTD_OPTIONS)

    def feed(self, data: bytes, room: int) -> bytes:
        decoded = b""
        while data:
            if self._decompressor.eof:  # frames may follow one another
                self._decompressor = zstd.ZstdDecompressor(options=_ZSTD_OPTIONS)
            decoded += self._decompressor.decompress(data, max_length=room + 1 - len(decoded))
            if len(decoded) > room:
                raise Overflow
            data = self._decompressor.unused_data if self._decompressor.eof else b""
        return decoded


def _decoders(coding: str) -> list[_Decoder]:
    """Decoders for a Content-Encoding, the last coding first."""
    names = [name.strip().lower() for name in coding.split(",")]
    names = [name for name in names if name not in ("", "identity")]
    if len(names) > _MOST_CODINGS:
        raise ValueError(f"{len(names)} content codings")
    found: list[_Decoder] = []
    for name in reversed(names):
        match name:
            case "gzip" | "x-gzip":
                found.append(_Zlib(zlib.MAX_WBITS | 16))
            case "deflate":
                found.append(_Deflate())
            case "br":
                found.append(_Brotli())
            case "zstd":
                found.append(_Zstd())
            case _:
                raise ValueError(f"content coding {name[:40]!r} is not known")
    return found


class BoundedBody:
    """Collects a body of at most ``max_bytes``, before and after decoding.

    ``coding`` is the Content-Encoding. Raises TransportError: reason ``bomb`` where little data
    unpacks to too much, ``too_large`` where there is simply too much, ``undecodable`` where the
    coding is broken or unknown.
    """

    def __init__(self, url: str, coding: str, max_bytes: int) -> None:
        self._url = url
        self._max_bytes = max_bytes
        self._parts: list[bytes] = []
        try:
            self._decoders = _decoders(coding)
        except ValueError as error:
            raise self._failure("undecodable", str(error)) from error
        #: Bytes that came in, and bytes that left each decoder.
        self._sizes = [0] * (len(self._decoders) + 1)

    def add(self, data: bytes) -> None:
        self._count(0, data)
        for number, decoder in enumerate(self._decoders, start=1):
            try:
                data = decoder.feed(data, self._max_bytes - self._sizes[number])
            except Overflow:
                raise self._too_much() from None
            except _BROKEN as error:
                raise self._failure("undecodable", str(error)) from error
            self._count(number, data)
        self._parts.append(data)

    def content(self) -> bytes:
        return b"".join(self._parts)

    def _count(self, number: int, data: bytes) -> None:
        self._sizes[number] += len(data)
        if self._sizes[number] > self._max_bytes:
            raise self._too_much()

    def _too_much(self) -> TransportError:
        if self._sizes[0] * BOMB_RATIO < self._max_bytes:
            what = f"{self._sizes[0]} bytes unpack to more than {self._max_bytes}"
            return self._failure("bomb", what)
        return self._failure("too_large", f"more than {self._max_bytes} bytes")

    def _failure(self, reason: str, what: str) -> TransportError:
        return TransportError(f"reading {self._url}: {what}", reason=reason, permanent=True)
