"""Fingerprints of OpenPGP keys: of keys printed in a text, and written out by themselves.

Sources: RFC 9580 (packet headers, section 4.2; fingerprints of versions 4 and 6, section 5.5.4;
armour and its CRC-24, section 6).
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator
from hashlib import sha1, sha256

_BLOCK = re.compile(
    r"-----BEGIN PGP PUBLIC KEY BLOCK-----(?P<body>(?:[^-]|-(?!----)){40,100000})"
    r"-----END PGP PUBLIC KEY BLOCK-----"
)
_HEADER = re.compile(r"[A-Za-z-]{1,20}: ")
_FOUR = r"[0-9A-Fa-f]{4}"
_GROUPED = re.compile(rf"(?<![0-9A-Za-z])(?:{_FOUR}[ \u00a0]{{1,2}}){{9,40}}{_FOUR}(?![0-9A-Za-z])")
_NAMED = re.compile(
    r"(?:fingerprint|отпечаток|pgp|gpg)\W{0,20}(?P<value>[0-9A-Fa-f]{40})(?![0-9A-Za-z])", re.I
)
_PUBLIC_KEY = 6
#: Digits of fingerprints of versions 4 and 6.
_LENGTHS = frozenset({40, 64})
_CRC_INIT, _CRC_POLY = 0xB704CE, 0x1864CFB


def fingerprints(text: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and fingerprint (lower-case hexadecimal digits) of each key in ``text``."""
    for match in _BLOCK.finditer(text):
        if value := _of_block(match["body"]):
            yield *match.span(), value
    for match in _GROUPED.finditer(text):
        value = "".join(match.group().split()).lower()
        if len(value) in _LENGTHS and len(set(value)) > 2:
            yield *match.span(), value
    for match in _NAMED.finditer(text):
        yield *match.span("value"), match["value"].lower()


def _of_block(body: str) -> str:
    """The fingerprint of the first key in an armoured block; empty for what is none."""
    lines = [line for line in body.splitlines() if not _HEADER.match(line.strip())]
    parts = " ".join(lines).split()
    checksum = parts.pop()[1:] if parts and parts[-1][0] == "=" and len(parts[-1]) == 5 else ""
    try:
        data = b64decode("".join(parts), validate=True)
        if checksum and int.from_bytes(b64decode(checksum, validate=True)) != _crc24(data):
            return ""
    except ValueError:
        return ""
    return _of_key(_first_packet(data))


def _first_packet(data: bytes) -> bytes:
    """The body of the packet that ``data`` begins with, if it is a public key."""
    if len(data) < 6 or not data[0] & 0x80:
        return b""
    if data[0] & 0x40:
        tag = data[0] & 0x3F
        if data[1] < 192:
            start, length = 2, data[1]
        elif data[1] < 224:
            start, length = 3, ((data[1] - 192) << 8) + data[2] + 192
        else:
            return b""
    else:
        tag, size = data[0] >> 2 & 0xF, 1 << (data[0] & 3)
        if size == 8:
            return b""
        start, length = 1 + size, int.from_bytes(data[1 : 1 + size])
    body = data[start : start + length]
    return body if tag == _PUBLIC_KEY and len(body) == length else b""


def _of_key(body: bytes) -> str:
    match body[:1]:
        case b"\x04":
            # SHA-1 names the key here, as the format says: nothing is kept safe by it.
            return sha1(b"\x99" + len(body).to_bytes(2) + body, usedforsecurity=False).hexdigest()
        case b"\x06":
            return sha256(b"\x9b" + len(body).to_bytes(4) + body).hexdigest()
        case _:
            return ""


def _crc24(data: bytes) -> int:
    crc = _CRC_INIT
    for byte in data:
        crc ^= byte << 16
        for _ in range(8):
            crc <<= 1
            if crc & 0x1000000:
                crc ^= _CRC_POLY
    return crc
