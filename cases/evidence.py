"""The evidence store: WARC files, one series per run, worker and retention class.

The only place that writes WARC (ISO 28500:2017, through warcio). Records are gzipped one by one,
so that a capture is found by file and offset. A batch is written and flushed *before* the rows
that point to it are committed; ``recover`` cuts off what a killed worker had written beyond them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from domain.captures import Exchange
from domain.clock import iso
from domain.digests import sha256_hex
from domain.errors import EvidenceError

#: The body is stored decoded; the coding it came in is kept under this name instead.
ORIGINAL_CODING = "X-Archive-Orig-"
_WITH_BODY = frozenset({"response", "conversion"})
_CODING_HEADERS = frozenset({"content-encoding", "transfer-encoding", "content-length"})


@dataclass(frozen=True, slots=True)
class Pointer:
    """Where a capture's bytes are: file (relative to the store), offset and length in bytes."""

    file: str
    offset: int
    length: int


class EvidenceWriter:
    """Writes one worker's captures of one run. Not for use by several threads."""

    def __init__(
        self, root: Path, run: int, worker: str, retention: str, *, rotate_bytes: int = 1 << 30
    ) -> None:
        self._root = root
        self._folder = root / retention / f"run-{run:06d}"
        self._stem = worker
        self._rotate_bytes = rotate_bytes
        self._path: Path | None = None
        self._file: BytesIO | None = None

    def write(self, exchange: Exchange, at: datetime, note: str = "") -> Pointer:
        """Append request and response records of one exchange. Call ``flush`` before committing.

        ``note`` is kept as a ``WARC-`` extension field, for instance that a page was cut off.
        """
        try:
            stream, path = self._stream()
            offset = stream.tell()
            _write_records(stream, exchange, at, note)
            return Pointer(str(path.relative_to(self._root)), offset, stream.tell() - offset)
        except OSError as error:
            raise EvidenceError(f"writing evidence of {exchange.url}: {error}") from error

    def write_rendered(self, exchange: Exchange, at: datetime, note: str = "") -> Pointer:
        """Append a page as a browser left it: a ``conversion`` record (ISO 28500:2017, 6.9)."""
        try:
            stream, path = self._stream()
            offset = stream.tell()
            _write_conversion(stream, exchange, at, note)
            return Pointer(str(path.relative_to(self._root)), offset, stream.tell() - offset)
        except OSError as error:
            raise EvidenceError(f"writing evidence of {exchange.url}: {error}") from error

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

    def _stream(self) -> tuple[BytesIO, Path]:
        if self._file is not None and self._file.tell() >= self._rotate_bytes:
            self.close()
        if self._file is None or self._path is None:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._path, self._file = _open_new(self._folder, self._stem)
            _write_info(self._file, self._path.name)
        return self._file, self._path


def _open_new(folder: Path, stem: str) -> tuple[Path, BytesIO]:
    taken = {path.name for path in folder.glob(f"{stem}-*.warc.gz")}
    number = 1
    while (name := f"{stem}-{number:05d}.warc.gz") in taken:
        number += 1
    path = folder / name
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    return path, os.fdopen(descriptor, "wb")  # type: ignore[return-value]


def _write_info(stream: BytesIO, name: str) -> None:
    writer = WARCWriter(stream, gzip=True)
    writer.write_record(
        writer.create_warcinfo_record(
            name, {"software": "narcowatch", "format": "WARC File Format 1.1"}
        )
    )


def _write_records(stream: BytesIO, exchange: Exchange, at: datetime, note: str) -> None:
    writer = WARCWriter(stream, gzip=True, warc_version="1.1")
    moment = iso(at)
    response = writer.create_warc_record(
        exchange.url,
        "response",
        payload=BytesIO(exchange.body),
        http_headers=StatusAndHeaders(
            f"{exchange.status} {exchange.reason}".strip(),
            _stored_headers(exchange),
            protocol="HTTP/1.1",
        ),
        warc_headers_dict={"WARC-Date": moment, **({"WARC-Narcowatch-Note": note} if note else {})},
    )
    request = writer.create_warc_record(
        exchange.url,
        "request",
        payload=BytesIO(b""),
        http_headers=StatusAndHeaders(
            f"{exchange.method} {_request_path(exchange.url)} HTTP/1.1",
            [(name, _one_line(value)) for name, value in exchange.request_headers],
            is_http_request=True,
        ),
        warc_headers_dict={"WARC-Date": moment},
    )
    writer.write_request_response_pair(request, response)


def _write_conversion(stream: BytesIO, exchange: Exchange, at: datetime, note: str) -> None:
    writer = WARCWriter(stream, gzip=True, warc_version="1.1")
    kind = next((v for n, v in exchange.response_headers if n.lower() == "content-type"), "")
    record = writer.create_warc_record(
        exchange.url,
        "conversion",
        payload=BytesIO(exchange.body),
        warc_content_type=_one_line(kind),
        warc_headers_dict={
            "WARC-Date": iso(at),
            **({"WARC-Narcowatch-Note": note} if note else {}),
        },
    )
    writer.write_record(record)


def _stored_headers(exchange: Exchange) -> list[tuple[str, str]]:
    headers = [
        (f"{ORIGINAL_CODING}{name}" if name.lower() in _CODING_HEADERS else name, _one_line(value))
        for name, value in exchange.response_headers
    ]
    return [*headers, ("Content-Length", str(len(exchange.body)))]


def _one_line(value: str) -> str:
    """A header value that cannot begin another header line."""
    return value.replace("\r", " ").replace("\n", " ")


def _request_path(url: str) -> str:
    rest = url.split("://", 1)[-1]
    slash = rest.find("/")
    return rest[slash:] if slash >= 0 else "/"


def read_body(root: Path, pointer: Pointer) -> bytes:
    """The body of the response, or the rendered page, that ``pointer`` leads to.

    Raises EvidenceError.
    """
    for record in _records_at(root, pointer):
        if record.rec_type in _WITH_BODY:
            return bytes(record.content_stream().read())
    raise EvidenceError(f"{pointer.file} holds no response at {pointer.offset}", permanent=True)


def _records_at(root: Path, pointer: Pointer) -> Iterator[ArcWarcRecord]:
    try:
        with (root / pointer.file).open("rb") as stream:
            stream.seek(pointer.offset)
            yield from ArchiveIterator(BytesIO(stream.read(pointer.length)))
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
