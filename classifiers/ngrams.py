"""Hashed character and word n-grams, vectorised, with the place each came from.

Characters outside letters and digits, and the placeholders of the normaliser, count as one
space and every digit as ``0``, so that prices and weights keep their shape and lose their value.
Hashes are polynomial modulo 2^64 with a Fibonacci finish (Knuth, TAOCP 3, 6.4), the same on
every machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

BITS = 18
BUCKETS = 1 << BITS
CHAR_SIZES = (3, 4, 5)
_BASE = np.uint64(0x100000001B3)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xD6E8FEB86659FD93)
_SPACE = 32
_PLANE = 0x10000

Buckets = NDArray[np.int64]
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Grams:
    """N-grams of one kind: bucket of each occurrence, and its span in the text."""

    buckets: Buckets
    starts: Places
    ends: Places


@lru_cache(maxsize=1)
def _classes() -> NDArray[np.uint32]:
    """What each character of the basic plane counts as."""
    table = np.full(_PLANE, _SPACE, dtype=np.uint32)
    for code in range(_PLANE):
        char = chr(code)
        if char.isdigit():
            table[code] = ord("0")
        elif char.isalpha() and not "A" <= char <= "Z":
            # Capitals are placeholders for contacts, which the signals count.
            table[code] = code
    return table


@lru_cache(maxsize=8)
def _powers(size: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    powers = np.ones(size, dtype=np.uint64)
    powers[1:] = _BASE
    inverse = np.ones(size, dtype=np.uint64)
    inverse[1:] = np.uint64(pow(int(_BASE), -1, 1 << 64))
    return np.cumprod(powers, dtype=np.uint64), np.cumprod(inverse, dtype=np.uint64)


def _bucket(hashes: NDArray[np.uint64], salt: int) -> Buckets:
    mixed = hashes + np.uint64(salt * int(_MIX) % (1 << 64))
    mixed ^= mixed >> np.uint64(29)
    mixed *= _GOLDEN
    return (mixed >> np.uint64(64 - BITS)).astype(np.int64)


def _squeezed(text: str) -> tuple[NDArray[np.uint64], Places]:
    """Character classes with runs of spaces made one, a space at both ends, and their places."""
    codes = np.frombuffer(text.encode("utf-32-le", "replace"), dtype=np.uint32)
    known = _classes()[np.minimum(codes, _PLANE - 1)]
    classes = np.concatenate(([_SPACE], known, [_SPACE])).astype(np.uint64)
    places = np.arange(-1, len(codes) + 1, dtype=np.int64)
    space = classes == _SPACE
    keep = ~space
    keep[0] = True
    keep[1:] |= ~space[:-1]
    return classes[keep], places[keep]


def buckets_of(text: str) -> tuple[Buckets, Buckets]:
    """The buckets of ``grams`` without their places, which scoring has no need of."""
    classes, _ = _squeezed(text)
    chars = [found for _, _, found in _char_buckets(classes)]
    return (
        np.concatenate(chars) if chars else np.zeros(0, dtype=np.int64),
        np.concatenate(_word_buckets(_words(classes)[0])),
    )


def grams(text: str) -> tuple[Grams, Grams]:
    """Character n-grams within words (3 to 5, with the word's edges) and word 1- and 2-grams."""
    classes, places = _squeezed(text)
    return _char_grams(classes, places), _word_grams(classes, places)


def _char_grams(classes: NDArray[np.uint64], places: Places) -> Grams:
    buckets, starts, ends = [], [], []
    for size, at, found in _char_buckets(classes):
        buckets.append(found)
        starts.append(places[at])
        ends.append(places[at + size - 1] + 1)
    return _joined(buckets, starts, ends)


def _char_buckets(classes: NDArray[np.uint64]) -> Iterator[tuple[int, Places, Buckets]]:
    """For each size, where n-grams within words begin among ``classes``, and their buckets."""
    spaces = np.zeros(len(classes) + 1, dtype=np.int64)
    np.cumsum(classes == _SPACE, out=spaces[1:])
    hashes = classes[:0]
    for size in range(1, min(CHAR_SIZES[-1], len(classes)) + 1):
        count = len(classes) - size + 1
        last = classes[size - 1 :]
        hashes = hashes[:count] * _BASE + last if size > 1 else last
        if size in CHAR_SIZES:
            at = (spaces[size - 1 : size - 1 + count] == spaces[1 : 1 + count]).nonzero()[0]
            yield size, at, _bucket(hashes[at], size)


def word_hashes(text: str) -> NDArray[np.uint64]:
    """The 64-bit hash of each word of ``text``, in order."""
    return _words(_squeezed(text)[0])[0]


def _words(
    classes: NDArray[np.uint64],
) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64]]:
    """Hashes of the words between spaces, and where they begin and end among ``classes``."""
    gaps = np.flatnonzero(classes == _SPACE)
    first, last = gaps[:-1] + 1, gaps[1:]
    powers, inverse = _powers(1 << max(11, len(classes).bit_length()))
    prefix = np.concatenate(([np.uint64(0)], np.cumsum(classes * powers[: len(classes)])))
    return (prefix[last] - prefix[first]) * inverse[first], first, last


def _word_grams(classes: NDArray[np.uint64], places: Places) -> Grams:
    words, first, last = _words(classes)
    starts, ends = places[first], places[last - 1] + 1
    return _joined(_word_buckets(words), [starts, starts[:-1]], [ends, ends[1:]])


def _word_buckets(words: NDArray[np.uint64]) -> list[Buckets]:
    pairs = words[:-1] * _BASE + words[1:] * _MIX
    return [_bucket(words, 101), _bucket(pairs, 102)]


def _joined(buckets: list[Buckets], starts: list[Places], ends: list[Places]) -> Grams:
    if not buckets:
        empty = np.zeros(0, dtype=np.int64)
        return Grams(empty, empty, empty)
    return Grams(np.concatenate(buckets), np.concatenate(starts), np.concatenate(ends))
