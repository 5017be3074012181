"""A case's slice of the WARC files: its records byte for byte, in files that are WARC themselves.

A slice begins with the warcinfo record of the file that it is cut from, which its records name.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, repeat
from pathlib import Path
from typing import BinaryIO

from cases.bundles.verifier import Claim, Record, contradiction, read_records
from cases.evidence import Pointer, first_member
from cases.files import write_private
from domain.custody import Origin
from domain.errors import EvidenceError

_NOT_TOLD = "not told"


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes of the store that belong to the case, and what the record says that they hold."""

    pointer: Pointer
    claim: Claim


@dataclass(frozen=True, slots=True)
class Place:
    """Where a span stands in its slice, and the URI of its records."""

    file: str
    offset: int
    length: int
    uri: str


@dataclass(frozen=True, slots=True)
class Slice:
    """A file that was written, and where its spans stand in it, in the order given."""

    file: str
    size: int
    sha256: str
    places: tuple[Place, ...]
    origin: Origin


def write_slice(root: Path, source: str, spans: Sequence[Span], folder: Path) -> Slice:
    """Copy ``spans``, which are of the file ``source`` of the store and in its order, to a file in
    ``folder``. Raises EvidenceError for bytes that are gone or not those that were captured.
    """
    name = source.replace("/", "-")
    try:
        with (root / source).open("rb") as stream:
            info = first_member(stream)
            size, digest = write_private(folder / name, _pieces(stream, info, spans))
    except (OSError, zlib.error) as error:
        raise EvidenceError(f"slicing {source}: {error}") from error
    lengths = [span.pointer.length for span in spans]
    offsets = accumulate([len(info), *lengths])
    uris = [span.claim.uri for span in spans]
    places = zip(repeat(f"warc/{name}"), offsets, lengths, uris, strict=False)
    origin = _origin(f"warc/{name}", source, _records(info, source))
    return Slice(f"warc/{name}", size, digest, tuple(Place(*place) for place in places), origin)


def _pieces(stream: BinaryIO, info: bytes, spans: Sequence[Span]) -> Iterator[bytes]:
    """What the slice consists of."""
    yield info
    for span in spans:
        stream.seek(span.pointer.offset)
        data = stream.read(span.pointer.length)
        what = f"{span.claim.what} in {span.pointer.file}"
        if why := contradiction(span.claim, _records(data, what)):
            raise EvidenceError(f"{what} is not what the record says: {why}", permanent=True)
        yield data


def _records(data: bytes, what: str) -> list[Record]:
    try:
        return read_records(data)
    except (ValueError, LookupError, zlib.error) as error:
        raise EvidenceError(f"{what} is broken: {error}", permanent=True) from error


def _origin(name: str, source: str, info: Sequence[Record]) -> Origin:
    lines = (line.partition(":") for line in info[0].block.decode().splitlines())
    fields = {key.strip().lower(): value.strip() for key, _, value in lines}
    return Origin(
        file=name,
        source=source,
        software=fields.get("software", _NOT_TOLD),
        host=fields.get("hostname", _NOT_TOLD),
        clock=fields.get("clock", f"state {_NOT_TOLD}"),
    )
