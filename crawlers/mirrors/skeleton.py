"""The skeleton of a page: which elements stand in which, whatever is written in them.

Kept as a set of paths of three (element, its parent, its parent's parent, each with its classes),
so that ten goods or forty make no difference. The exact form is a hash of the set; the near form
is Charikar's simhash ("Similarity estimation techniques from rounding algorithms", 2002), of
which few bits change when a banner is added or a section goes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
from hashlib import blake2b

import numpy as np

Path = tuple[str, str, str]

#: Pages of fewer paths have no shape of their own.
FEWEST_PATHS = 10
_MOST_PATHS = 2_000
_MOST_CLASSES = 4
#: They come and go with the wording.
_INLINE = frozenset({"b", "i", "em", "strong", "u", "s", "br", "small", "font", "code", "mark"})


class Skeleton:
    """Gathers paths from the events of a parser: ``open`` and ``close`` once for each element."""

    def __init__(self) -> None:
        self._open: list[str] = ["", ""]
        self._paths: set[Path] = set()

    def open(self, tag: str, attributes: Mapping[str, str]) -> None:
        names = self._open
        name = names[-1] if tag in _INLINE else _name(tag, attributes.get("class", ""))
        if tag not in _INLINE and len(self._paths) < _MOST_PATHS:
            self._paths.add((names[-2], names[-1], name))
        names.append(name)

    def close(self) -> None:
        if len(self._open) > 2:
            self._open.pop()

    @property
    def paths(self) -> frozenset[Path]:
        """The paths so far; none where they are too few to say anything."""
        return frozenset(self._paths) if len(self._paths) >= FEWEST_PATHS else frozenset()


@lru_cache(maxsize=1 << 14)
def _name(tag: str, classes: str) -> str:
    """Classes with digits are made by a program for one page, or number the goods."""
    kept = sorted({one for one in classes.split() if one.isascii() and not _has_digit(one)})
    return ".".join((tag, *kept[:_MOST_CLASSES]))[:200]


def _has_digit(text: str) -> bool:
    return any(map(str.isdigit, text))


def exact(paths: Collection[Path]) -> str:
    """The skeleton's hash, 16 hexadecimal digits; empty for no paths."""
    if not paths:
        return ""
    joined = "\n".join(sorted(map("\t".join, paths)))
    return blake2b(joined.encode("utf-8", "replace"), digest_size=8).hexdigest()


def near(paths: Collection[Path]) -> int:
    """The simhash, 64 bits as a signed integer; 0 for no paths."""
    if not paths:
        return 0
    hashes = np.frombuffer(b"".join(map(_hash, paths)), dtype=np.uint8).reshape(-1, 8)
    votes = np.unpackbits(hashes, axis=1).mean(axis=0) > 0.5
    return int(np.packbits(votes).view(">i8")[0])


@lru_cache(maxsize=1 << 14)
def _hash(path: Path) -> bytes:
    return blake2b("\t".join(path).encode("utf-8", "replace"), digest_size=8).digest()
