"""Monero addresses: Base58 in blocks, with a checksum of Keccak-256.

Source: Monero's documentation, "Standard address", "Subaddress", "Integrated address": eight bytes
become eleven characters, the rest fewer; the last four bytes are those of the digest of the others.
"""

from __future__ import annotations

from base58 import BITCOIN_ALPHABET

_DIGITS = {chr(byte): number for number, byte in enumerate(BITCOIN_ALPHABET)}
_BLOCK_CHARS, _BLOCK_BYTES = 11, 8
#: Characters of an address to the bytes of its last, shorter block of seven characters.
_LAST_BYTES = 5
_CHECKSUM = 4
#: First byte of the main network's addresses, by their length in characters.
_NETWORKS = {95: {18, 42}, 106: {19}}


def is_monero_address(address: str) -> bool:
    """Whether ``address`` belongs to the main network and its checksum is right."""
    data = _decoded(address) if len(address) in _NETWORKS else b""
    if not data or data[0] not in _NETWORKS[len(address)]:
        return False
    # The C library takes 40 ms to load, and few texts hold such an address.
    from Crypto.Hash import keccak

    digest = keccak.new(digest_bits=256, data=data[:-_CHECKSUM]).digest()
    return digest[:_CHECKSUM] == data[-_CHECKSUM:]


def _decoded(address: str) -> bytes:
    """The bytes of ``address``; empty where a block is none."""
    parts = []
    for at in range(0, len(address), _BLOCK_CHARS):
        block = address[at : at + _BLOCK_CHARS]
        size = _BLOCK_BYTES if len(block) == _BLOCK_CHARS else _LAST_BYTES
        value = 0
        for char in block:
            value = value * len(_DIGITS) + _DIGITS[char]
        if value >= 1 << 8 * size:
            return b""
        parts.append(value.to_bytes(size))
    return b"".join(parts)
