"""A WARC file anew, with those of its records that have to stay.

Its warcinfo record and the records are copied byte for byte, so that digests hold and records go
on naming the warcinfo record of the file that they were written to.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cases.bundles.verifier import read_records
from cases.evidence import Pointer, first_member
from cases.files import sync_folder, write_private
from domain.digests import sha256_hex
from domain.errors import EvidenceError

_NAME = re.compile(r"(.*?)(?:-kept-(\d{3,}))?\.warc\.gz")


@dataclass(frozen=True, slots=True)
class Stays:
    """Bytes that stay, and the SHA-256 of their first record's payload."""

    pointer: Pointer
    sha256: str


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The new file, and where in it each of the records is that were given, in their order."""

    name: str
    size: int
    sha256: str
    pointers: tuple[Pointer, ...]


def next_name(name: str) -> str:
    """What a file is called that takes over the records of ``name`` that stay."""
    found = _NAME.fullmatch(name)
    if found is None:
        raise EvidenceError(f"{name} is no file of the evidence store", permanent=True)
    return f"{found[1]}-kept-{int(found[2] or 0) + 1:03d}.warc.gz"


def rewrite(root: Path, name: str, stays: Sequence[Stays]) -> Rewritten:
    """Write what stays of the file ``name`` of the store at ``root`` to a new one, onto the disk.

    ``stays`` are in the order of their offsets. A file that a killed start has left under the new
    name is written over: no row points to it. Raises EvidenceError for bytes that are gone or not
    those of the record.
    """
    new = next_name(name)
    partial = root / f"{new}.partial"
    pointers: list[Pointer] = []
    try:
        partial.unlink(missing_ok=True)
        with (root / name).open("rb") as stream:
            size, sha256 = write_private(partial, _pieces(stream, name, new, stays, pointers))
        partial.replace(root / new)
        sync_folder(partial.parent)
    except (OSError, zlib.error) as error:
        raise EvidenceError(f"rewriting {name}: {error}") from error
    finally:
        partial.unlink(missing_ok=True)
    return Rewritten(new, size, sha256, tuple(pointers))


def _pieces(
    stream: BinaryIO, name: str, new: str, stays: Sequence[Stays], pointers: list[Pointer]
) -> Iterator[bytes]:
    info = first_member(stream)
    yield info
    at = len(info)
    for one in stays:
        stream.seek(one.pointer.offset)
        data = stream.read(one.pointer.length)
        _check(data, one, name)
        pointers.append(Pointer(new, at, len(data)))
        at += len(data)
        yield data


def _check(data: bytes, one: Stays, name: str) -> None:
    try:
        records = read_records(data)
    except (ValueError, LookupError, zlib.error) as error:
        raise EvidenceError(f"{name} is broken at {one.pointer.offset}: {error}") from error
    if not records or sha256_hex(records[0].payload) != one.sha256:
        raise EvidenceError(
            f"{name} at {one.pointer.offset} is not what the record says", permanent=True
        )
