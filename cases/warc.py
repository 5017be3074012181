"""WARC records, ISO 28500:2017 (WARC 1.1), each a gzip member of its own (its annex D).

Digests are SHA-256 in hex: warcio's own default, SHA-1, can be made to collide. Every record
names the warcinfo record of its file, which says with what, where and under which clock it was
written.
"""

from __future__ import annotations

import hashlib
import platform
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from io import BytesIO
from ipaddress import ip_address
from urllib.parse import quote

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from cases.hostclock import clock_state
from domain.captures import Exchange, Outcome
from domain.clock import iso

#: The body is stored decoded; the coding it came in is kept under this name instead.
ORIGINAL_CODING = "X-Archive-Orig-"
_ASCII = "".join(map(chr, range(128)))
_CODING_HEADERS = frozenset({"content-encoding", "transfer-encoding", "content-length"})
_CONFORMS_TO = "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"
#: Outcomes whose bodies are not whole, and the reason that ``WARC-Truncated`` gives.
_TRUNCATED: dict[str, str] = {
    Outcome.TRUNCATED: "disconnect",
    Outcome.TOO_LARGE: "length",
    Outcome.BOMB: "length",
    Outcome.NOT_TEXT: "unspecified",
}


@dataclass(frozen=True, slots=True)
class Resource:
    """Bytes that no server sent as they are: a screenshot, a rendered text, an answer as JSON.
    ``uri`` says what they are of, ``redacted`` what was hidden in them, by kind."""

    uri: str
    content_type: str
    data: bytes
    note: str = ""
    redacted: str = ""


class _Sha256:
    """What warcio asks of a digester: bytes in, the labelled digest out."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def update(self, data: bytes) -> None:
        self._hash.update(data)

    def __str__(self) -> str:
        return f"sha256:{self._hash.hexdigest()}"


class _Writer(WARCWriter):  # type: ignore[misc]
    @staticmethod
    def _create_digester() -> _Sha256:
        return _Sha256()


class RecordWriter:
    """Appends records to one file, which it begins with a warcinfo record."""

    def __init__(self, stream: BytesIO, name: str, run: int, worker: str) -> None:
        self._writer = _Writer(stream, gzip=True, warc_version="1.1")
        record = self._writer.create_warcinfo_record(name, _info(run, worker))
        self._info_id = record.rec_headers.get_header("WARC-Record-ID")
        self._writer.write_record(record)

    def exchange(self, exchange: Exchange, at: datetime, note: str, redacted: str = "") -> None:
        """A response record and the request record that belongs to it."""
        fields = self._fields(at, note, redacted)
        if (reason := _TRUNCATED.get(note)) is not None:
            fields["WARC-Truncated"] = reason
        if address := _plain_address(exchange.address):
            fields["WARC-IP-Address"] = address
        response = self._writer.create_warc_record(
            exchange.url,
            "response",
            payload=BytesIO(exchange.body),
            length=len(exchange.body),
            http_headers=StatusAndHeaders(
                _one_line(f"{exchange.status} {exchange.reason}").strip(),
                _stored_headers(exchange),
                protocol="HTTP/1.1",
            ),
            warc_headers_dict=fields,
        )
        request = self._writer.create_warc_record(
            exchange.url,
            "request",
            payload=BytesIO(b""),
            length=0,
            http_headers=StatusAndHeaders(
                f"{exchange.method} {_request_path(exchange.url)} HTTP/1.1",
                [(name, _one_line(value)) for name, value in exchange.request_headers],
                is_http_request=True,
            ),
            warc_headers_dict=self._fields(at),
        )
        self._writer.write_request_response_pair(request, response)

    def rendered(self, exchange: Exchange, at: datetime, note: str, page: str) -> None:
        """A page as a browser left it: a conversion record (ISO 28500:2017, 6.8). ``page`` is the
        WARC-Record-ID of the response that it was made from, empty where there is none."""
        fields = self._fields(at, note)
        if page:
            fields["WARC-Refers-To"] = page
        kind = next((v for n, v in exchange.response_headers if n.lower() == "content-type"), "")
        record = self._writer.create_warc_record(
            exchange.url,
            "conversion",
            payload=BytesIO(exchange.body),
            length=len(exchange.body),
            warc_content_type=_one_line(kind),
            warc_headers_dict=fields,
        )
        self._writer.write_record(record)

    def resources(self, resources: Sequence[Resource], at: datetime) -> list[int]:
        """Resource records that belong together. Returns where each begins, and the end."""
        marks = [self._writer.out.tell()]
        first = ""
        for resource in resources:
            record = self._resource(resource, at, first)
            self._writer.write_record(record)
            first = first or record.rec_headers.get_header("WARC-Record-ID")
            marks.append(self._writer.out.tell())
        return marks

    def _resource(self, resource: Resource, at: datetime, belongs_to: str) -> ArcWarcRecord:
        fields = self._fields(at, resource.note, resource.redacted)
        if belongs_to:
            fields["WARC-Concurrent-To"] = belongs_to
        return self._writer.create_warc_record(
            _one_line(resource.uri),
            "resource",
            payload=BytesIO(resource.data),
            length=len(resource.data),
            warc_content_type=resource.content_type,
            warc_headers_dict=fields,
        )

    def _fields(self, at: datetime, note: str = "", redacted: str = "") -> dict[str, str]:
        """Fields of every record. What is our own is kept in extension fields (clause 4 allows
        them)."""
        own = {"WARC-Narcowatch-Note": note, "WARC-Narcowatch-Redacted": redacted}
        return {
            "WARC-Date": iso(at),
            "WARC-Warcinfo-ID": self._info_id,
            **{name: _one_line(value) for name, value in own.items() if value},
        }


def software() -> str:
    """This program and its version, as WARC files and bundles name it."""
    return f"narcowatch/{version('narcowatch')}"


def _info(run: int, worker: str) -> dict[str, str]:
    python = f"{platform.python_implementation()}/{platform.python_version()}"
    return {
        "software": f"{software()} warcio/{version('warcio')} {python}",
        "format": "WARC File Format 1.1",
        "conformsTo": _CONFORMS_TO,
        "hostname": socket.gethostname(),
        "isPartOf": f"run-{run:06d}",
        "description": f"worker {worker}",
        "clock": clock_state(),
    }


def _plain_address(text: str) -> str:
    try:
        return str(ip_address(text)) if text else ""
    except ValueError:
        return ""


def _stored_headers(exchange: Exchange) -> list[tuple[str, str]]:
    headers = [
        (f"{ORIGINAL_CODING}{name}" if name.lower() in _CODING_HEADERS else name, _one_line(value))
        for name, value in exchange.response_headers
    ]
    return [*headers, ("Content-Length", str(len(exchange.body)))]


def _one_line(value: str) -> str:
    """A header value that cannot begin another header line, in ASCII: what is not is escaped as in
    URLs, since warcio fails on some of it."""
    return quote(value.replace("\r", " ").replace("\n", " "), safe=_ASCII, errors="replace")


def _request_path(url: str) -> str:
    rest = url.split("://", 1)[-1]
    slash = rest.find("/")
    return rest[slash:] if slash >= 0 else "/"
