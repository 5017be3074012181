"""Time-stamp replies with their certificates in the order that strict readers want.

The certificates in a reply are a SET OF, which DER (X.690, 11.6) sorts; OpenSSL's authority writes
them as they stand in its configuration. They are outside what is signed (RFC 5652, 5.1), so that
putting them in order changes nothing that is verified.
"""

from __future__ import annotations

from typing import NamedTuple

_CERTIFICATES = 0xA0  # [0] IMPLICIT, in SignedData
_LONG = 0x80


class _Element(NamedTuple):
    """Where a DER element begins, where its contents do, and where both end."""

    start: int
    body: int
    end: int


def certificates_sorted(reply: bytes) -> bytes:
    """A TimeStampResp in DER with its certificates sorted; what is none comes back as it is."""
    try:
        (response,) = _elements(reply, 0, len(reply))
        _, token = _elements(reply, response.body, response.end)
        _, content = _elements(reply, token.body, token.end)
        (signed,) = _elements(reply, content.body, content.end)
        parts = _elements(reply, signed.body, signed.end)
        part = next(one for one in parts if reply[one.start] == _CERTIFICATES)
        inside = _elements(reply, part.body, part.end)
    except (ValueError, IndexError, StopIteration):
        return reply
    ordered = b"".join(sorted(reply[one.start : one.end] for one in inside))
    return reply[: part.body] + ordered + reply[part.end :]


def _elements(data: bytes, at: int, end: int) -> list[_Element]:
    """The elements between ``at`` and ``end``. Raises ValueError or IndexError for what is none."""
    found = []
    while at < end:
        length, body = data[at + 1], at + 2
        if length >= _LONG:
            size = length & ~_LONG
            length, body = int.from_bytes(data[body : body + size], "big"), body + size
        if body + length > end:
            raise ValueError("an element is cut off")
        found.append(_Element(at, body, body + length))
        at = body + length
    return found
