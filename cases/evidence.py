"""The evidence store: WARC files, one series per run, worker and retention class.

The only place that writes WARC files; what stands in them is made in ``warc``. Records are
gzipped one by one, so that a capture is found by file and offset. A batch is written and flushed
*before* the rows that point to it are committed; ``recover`` cuts off what a killed worker had
written beyond them.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord

from cases.warc import RecordWriter, Resource
from domain.captures import Exchange
from domain.digests import sha256_hex
from domain.errors import EvidenceError

#: Records that hold a page.
_WITH_BODY = frozenset({"response", "conversion", "resource"})
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Pointer:
    """Where a capture's bytes are: file (relative to the store), offset and length in bytes."""

    file: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Stored:
    """What stands in the store for a capture: SHA-256 of its records as they lie there, gzipped,
    and the address that answered, "" where none was noted."""

    sha256: str
    address: str


class EvidenceWriter:
    """Writes one worker's captures of one run. Not for use by several threads."""

    def __init__(
        self, root: Path, run: int, worker: str, retention: str, *, rotate_bytes: int = 1 << 30
    ) -> None:
        self._root = root
        self._folder = root / retention / f"run-{run:06d}"
        self._run, self._stem = run, worker
        self._rotate_bytes = rotate_bytes
        self._path: Path | None = None
        self._file: BytesIO | None = None
        self._records: RecordWriter | None = None

    def write(
        self, exchange: Exchange, at: datetime, note: str = "", redacted: str = ""
    ) -> Pointer:
        """Append request and response records of one exchange. Call ``flush`` before committing.

        ``note`` is kept as a ``WARC-`` extension field, for instance that a page was cut off;
        so is ``redacted``, what was hidden in the body.
        """
        try:
            stream, records, path = self._stream()
            offset = stream.tell()
            records.exchange(exchange, at, note, redacted)
            return Pointer(self._name(path), offset, stream.tell() - offset)
        except OSError as error:
            raise EvidenceError(f"writing evidence of {exchange.url}: {error}") from error

    def write_rendered(
        self, exchange: Exchange, at: datetime, note: str = "", page: Pointer | None = None
    ) -> Pointer:
        """Append a page as a browser left it, with ``note`` as in ``write``. ``page`` leads to the
        exchange that it was made from."""
        try:
            made_from = "" if page is None else self._record_id(page)
            stream, records, path = self._stream()
            offset = stream.tell()
            records.rendered(exchange, at, note, made_from)
            return Pointer(self._name(path), offset, stream.tell() - offset)
        except OSError as error:
            raise EvidenceError(f"writing evidence of {exchange.url}: {error}") from error

    def _record_id(self, pointer: Pointer) -> str:
        """The WARC-Record-ID of the first record that ``pointer`` leads to."""
        self.flush()
        for record in _records_at(self._root, pointer):
            return str(record.rec_headers.get_header("WARC-Record-ID"))
        raise EvidenceError(f"{pointer.file} holds no record at {pointer.offset}", permanent=True)

    def write_resources(self, resources: Sequence[Resource], at: datetime) -> list[Pointer]:
        """Append resource records that belong together, to one file. Call ``flush`` before
        committing. Returns a pointer to each."""
        try:
            _, records, path = self._stream()
            marks = records.resources(resources, at)
        except OSError as error:
            raise EvidenceError(f"writing evidence of {resources[0].uri}: {error}") from error
        return [Pointer(self._name(path), start, end - start) for start, end in pairwise(marks)]

    def flush(self) -> None:
        """Hand everything to the operating system; it then survives the death of the process."""
        if self._file is not None:
            self._file.flush()

    def close(self) -> None:
        if self._file is not None:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._file = None

    def _stream(self) -> tuple[BytesIO, RecordWriter, Path]:
        if self._file is not None and self._file.tell() >= self._rotate_bytes:
            self.close()
        if self._file is None or self._records is None or self._path is None:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._path, self._file = _open_new(self._folder, self._stem)
            self._records = RecordWriter(self._file, self._path.name, self._run, self._stem)
        return self._file, self._records, self._path

    def _name(self, path: Path) -> str:
        return str(path.relative_to(self._root))


def _open_new(folder: Path, stem: str) -> tuple[Path, BytesIO]:
    taken = {path.name for path in folder.glob(f"{stem}-*.warc.gz")}
    number = 1
    while (name := f"{stem}-{number:05d}.warc.gz") in taken:
        number += 1
    path = folder / name
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    return path, os.fdopen(descriptor, "wb")  # type: ignore[return-value]


def read_body(root: Path, pointer: Pointer) -> bytes:
    """The body of the response, or the page or answer without one, that ``pointer`` leads to.

    Raises EvidenceError.
    """
    for record in _records_at(root, pointer):
        if record.rec_type in _WITH_BODY:
            return bytes(record.content_stream().read())
    raise EvidenceError(f"{pointer.file} holds no response at {pointer.offset}", permanent=True)


def read_resource(root: Path, pointer: Pointer) -> bytes:
    """The bytes of the resource record that ``pointer`` leads to. Raises EvidenceError."""
    for record in _records_at(root, pointer):
        if record.rec_type == "resource":
            return bytes(record.content_stream().read())
    raise EvidenceError(f"{pointer.file} holds no resource at {pointer.offset}", permanent=True)


def stored(root: Path, pointer: Pointer) -> Stored:
    """What ``pointer`` leads to. Raises EvidenceError when it is gone or holds no record."""
    data = _bytes_at(root, pointer)
    for record in _records_in(data, pointer):
        address = record.rec_headers.get_header("WARC-IP-Address") or ""
        return Stored(sha256_hex(data), str(address))
    raise EvidenceError(f"{pointer.file} holds no record at {pointer.offset}", permanent=True)


def first_member(stream: BinaryIO) -> bytes:
    """The first gzip member of a file, as it is: its warcinfo record. Raises zlib.error."""
    member, data = zlib.decompressobj(31), b""  # 16 + 15: gzip, whose CRC-32 zlib checks
    while not member.eof:
        chunk = stream.read(_CHUNK)
        member.decompress(chunk)
        data += chunk
        if not chunk:
            break
    return data[: len(data) - len(member.unused_data)]


def _records_at(root: Path, pointer: Pointer) -> Iterator[ArcWarcRecord]:
    yield from _records_in(_bytes_at(root, pointer), pointer)


def _bytes_at(root: Path, pointer: Pointer) -> bytes:
    try:
        with (root / pointer.file).open("rb") as stream:
            stream.seek(pointer.offset)
            return stream.read(pointer.length)
    except OSError as error:
        raise EvidenceError(f"reading {pointer.file} at {pointer.offset}: {error}") from error


def _records_in(data: bytes, pointer: Pointer) -> Iterator[ArcWarcRecord]:
    try:
        yield from ArchiveIterator(BytesIO(data))
    except (OSError, ArchiveLoadFailed) as error:
        raise EvidenceError(f"reading {pointer.file} at {pointer.offset}: {error}") from error


def body_digest(exchange: Exchange) -> str:
    """SHA-256 of the body as stored, hex."""
    return sha256_hex(exchange.body)


def recover(root: Path, run: int, committed: Mapping[str, int]) -> dict[str, int]:
    """Cut off what killed workers of ``run`` wrote beyond the record. Returns bytes cut per file.

    ``committed`` maps files (relative to the store) to the end of the last capture that the
    record knows of. Files that hold none are removed. Raises EvidenceError when the record
    points beyond the end of a file.
    """
    cut: dict[str, int] = {}
    for name, end in committed.items():
        path = root / name
        size = path.stat().st_size if path.exists() else 0
        if size < end:
            raise EvidenceError(f"{name} has {size} bytes, the record points to byte {end}")
        if size > end:
            os.truncate(path, end)
            cut[name] = size - end
    for path in root.glob(f"*/run-{run:06d}/*.warc.gz"):
        name = str(path.relative_to(root))
        if name not in committed:
            cut[name] = path.stat().st_size
            path.unlink()
    return cut
