"""Bodies that are small on the wire and huge after decoding, or simply huge. All are lazy."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

import brotli

from tests.world.exchange import Request, Response

_MIB = 1024 * 1024
DECODED = 1024 * _MIB
HUGE = 100 * _MIB


def gzip_bomb(request: Request) -> Response:
    """1 GiB of spaces in about 1 MB of gzip (RFC 1952)."""
    return _coded("gzip", gzip_pieces(DECODED))


def brotli_bomb(request: Request) -> Response:
    """1 GiB of spaces in brotli (RFC 7932)."""
    return _coded("br", _brotli())


def zstd_bomb(request: Request) -> Response:
    """1 GiB of spaces in 32 kB of zstd (RFC 8878)."""
    return _coded("zstd", _zstd())


def nested_bomb(request: Request) -> Response:
    """1 GiB of spaces, packed twice: a few kB of gzip that hold 1 MB of gzip."""
    return _coded("gzip, gzip", _gzip_of(gzip_pieces(DECODED)))


def wide_window(request: Request) -> Response:
    """A zstd frame that asks for 128 MiB of memory before its first byte (RFC 9659: 8 MiB)."""
    magic, descriptor, window = b"\x28\xb5\x2f\xfd", b"\x00", bytes([17 << 3])
    return _coded("zstd", iter([magic + descriptor + window, b"\x29\x00\x00hello", b" " * 64]))


def many_codings(request: Request) -> Response:
    """A page said to be packed a hundred times."""
    return _coded(", ".join(["gzip"] * 100), iter([b"\x1f\x8b\x08\x00"]))


def deep_page(request: Request) -> Response:
    """4 MB of elements, each inside the one before."""
    return Response(body=(b"<div><b><table><tr><td>yes " * 1000 for _ in range(160)))


def huge_page(request: Request) -> Response:
    """100 MiB of plain HTML, without a Content-Length."""
    return Response(body=_huge())


def _coded(coding: str, body: Iterator[bytes]) -> Response:
    return Response(body=body, headers=(("Content-Encoding", coding),))


def gzip_pieces(size: int) -> Iterator[bytes]:
    """``size`` bytes of spaces (whole MiB) as one gzip member, piece by piece."""
    block = b" " * _MIB
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    # A full flush forgets the window, so that every further block packs to the same bytes.
    packed = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    yield b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
    checksum = 0
    for _ in range(size // _MIB):
        checksum = zlib.crc32(block, checksum)
        yield packed
    yield packer.flush() + struct.pack("<II", checksum, size % 2**32)


def _gzip_of(pieces: Iterator[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    for piece in pieces:
        if packed := packer.compress(piece):
            yield packed
    yield packer.flush()


def _brotli() -> Iterator[bytes]:
    block = b" " * (16 * _MIB)
    packer = brotli.Compressor(quality=1)
    for _ in range(DECODED // len(block)):
        if packed := packer.process(block) + packer.flush():
            yield packed
    yield packer.finish()


def _zstd() -> Iterator[bytes]:
    size = 128 * 1024
    # Frame without checksum or content size, window 128 KiB; then blocks of one repeated byte.
    yield b"\x28\xb5\x2f\xfd\x00" + bytes([7 << 3])
    count = DECODED // size
    for number in range(count):
        last = number == count - 1
        yield struct.pack("<I", size << 3 | 1 << 1 | last)[:3] + b" "


def _huge() -> Iterator[bytes]:
    yield b"<!doctype html><html><head><title>Long page</title></head><body>\n"
    line = ("<p>" + "Очень длинная страница без конца. " * 16 + "</p>\n").encode()
    piece = line * (64 * 1024 // len(line))
    for _ in range(HUGE // len(piece)):
        yield piece
    yield b"</body></html>\n"
