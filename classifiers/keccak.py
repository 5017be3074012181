"""Keccak-256 as Ethereum uses it: the original padding 0x01, not SHA-3's 0x06 (FIPS 202, B.2)."""

from __future__ import annotations

_RATE = 136
_MASK = (1 << 64) - 1
_ROUNDS = 24


def keccak256(data: bytes) -> bytes:
    """The 32-byte digest of ``data``."""
    padded = bytearray(data) + b"\x01" + bytes(-(len(data) + 1) % _RATE)
    padded[-1] |= 0x80
    state = [0] * 25
    for start in range(0, len(padded), _RATE):
        for lane in range(_RATE // 8):
            at = start + 8 * lane
            state[lane] ^= int.from_bytes(padded[at : at + 8], "little")
        state = _permute(state)
    return b"".join(lane.to_bytes(8, "little") for lane in state[:4])


def _rotate(value: int, by: int) -> int:
    by %= 64
    return (value << by | value >> (64 - by)) & _MASK if by else value


def _permute(lanes: list[int]) -> list[int]:
    """Keccak-f[1600], after the compact form of the Keccak team's reference code."""
    register = 1
    for _ in range(_ROUNDS):
        columns = [
            lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20]
            for x in range(5)
        ]
        mixed = [columns[(x - 1) % 5] ^ _rotate(columns[(x + 1) % 5], 1) for x in range(5)]
        lanes = [lane ^ mixed[at % 5] for at, lane in enumerate(lanes)]
        x, y, current = 1, 0, lanes[1]
        for step in range(24):
            x, y = y, (2 * x + 3 * y) % 5
            current, lanes[x + 5 * y] = (
                lanes[x + 5 * y],
                _rotate(current, (step + 1) * (step + 2) // 2),
            )
        for row in range(0, 25, 5):
            five = lanes[row : row + 5]
            for x in range(5):
                lanes[row + x] = five[x] ^ (~five[(x + 1) % 5] & _MASK & five[(x + 2) % 5])
        for bit in range(7):
            register = (register << 1 ^ (register >> 7) * 0x71) % 256
            if register & 2:
                lanes[0] ^= 1 << ((1 << bit) - 1)
    return lanes
