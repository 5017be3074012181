"""Time-stamp replies: one that is well-formed and bears no signature."""

from __future__ import annotations

import hashlib


def der(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    size = len(body)
    if size < 0x80:
        return bytes([tag, size]) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


def granted(data: bytes, *, status: int = 0, algorithm: int = 1) -> bytes:
    """A TimeStampResp over ``data`` as RFC 3161 lays it out, its SignedData without signers."""
    oid = bytes.fromhex("6086480165030402") + bytes([algorithm])
    hashed = hashlib.new({1: "sha256", 2: "sha384", 3: "sha512"}[algorithm], data).digest()
    imprint = der(0x30, der(0x30, der(6, oid)), der(4, hashed))
    info = der(
        0x30,
        der(2, b"\1"),
        der(6, b"\x2a\x03"),
        imprint,
        der(2, b"\x07"),
        der(0x18, b"20260301120000Z"),
    )
    kind = der(6, bytes.fromhex("2a864886f70d0109100104"))
    content = der(0x30, kind, der(0xA0, der(4, info)))
    signed = der(0x30, der(2, b"\3"), der(0x31), content, der(0x31))
    token = der(0x30, der(6, bytes.fromhex("2a864886f70d010702")), der(0xA0, signed))
    return der(0x30, der(0x30, der(2, bytes([status]))), token)
