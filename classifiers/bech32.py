"""Native SegWit addresses: bech32 for witness version 0, bech32m for the rest.

Source: BIP 173 (character set, checksum and its generators, padding, lengths of a program) and
BIP 350 (the constant of bech32m).
"""

from __future__ import annotations

_CHARSET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_BECH32, _BECH32M = 1, 0x2BC830A3


def is_segwit_address(address: str) -> bool:
    """Whether lower-case ``address`` (``bc1...``, ``ltc1...``) has a right checksum and program."""
    prefix, _, data = address.rpartition("1")
    if prefix not in {"bc", "ltc"} or len(data) < 7 or any(c not in _CHARSET for c in data):
        return False
    values = [_CHARSET.index(c) for c in data]
    checksum = _polymod([*_expand(prefix), *values])
    version, program = values[0], _to_bytes(values[1:-6])
    if program is None or not 2 <= len(program) <= 40 or version > 16:
        return False
    if version == 0:
        return checksum == _BECH32 and len(program) in {20, 32}
    return checksum == _BECH32M


def _expand(prefix: str) -> list[int]:
    return [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATOR):
            if top >> bit & 1:
                check ^= generator
    return check


def _to_bytes(values: list[int]) -> bytes | None:
    """Groups of five bits as bytes; None when the padding is more than four zero bits."""
    number, bits, out = 0, 0, bytearray()
    for value in values:
        number, bits = (number << 5 | value) & 0xFFF, bits + 5
        if bits >= 8:
            bits -= 8
            out.append(number >> bits & 0xFF)
    return bytes(out) if bits < 5 and not number & (1 << bits) - 1 else None
