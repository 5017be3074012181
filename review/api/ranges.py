"""Parts of files (RFC 9110, section 14): a download that broke goes on where it stopped.

One range of bytes is answered. Several at once are not, which the RFC allows: the whole is sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

_ONE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII | re.IGNORECASE)
_CHUNK = 1 << 16


class UnsatisfiableRange(ValueError):
    """A range that begins behind the end, or is of no bytes."""


def part_of(header: str, size: int) -> range | None:
    """The positions that a ``Range`` header asks for of ``size`` bytes; None where it asks for
    nothing that is answered, so that the whole is to be sent. Raises UnsatisfiableRange."""
    found = _ONE.fullmatch(header.replace(" ", ""))
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        part = range(max(size - int(last), 0), size)
    elif last and int(last) < int(first):
        return None
    else:
        part = range(int(first), min(int(last) + 1, size) if last else size)
    if not part:
        raise UnsatisfiableRange(header)
    return part


class Part:
    """The bytes of ``stream`` from where it stands, ``length`` of them; closes it."""

    def __init__(self, stream: BinaryIO, length: int) -> None:
        self._stream, self._left = stream, length

    def __iter__(self) -> Iterator[bytes]:
        while self._left > 0 and (chunk := self._stream.read(min(_CHUNK, self._left))):
            self._left -= len(chunk)
            yield chunk

    def close(self) -> None:
        """Django calls it when the answer was sent, or could not be."""
        self._stream.close()
