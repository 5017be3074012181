"""Canonical JSON: one request a line, each in the form of RFC 8785.

Lines instead of one array, so that a file of any length can be read and written as a stream and
the SHA-256 of a line (without its end) is the digest that the record holds for the request. What
a line says is in ``schema/request.schema.json`` (JSON Schema, draft 2020-12).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from blocking.entries import Entry
from blocking.exporters.format import ExportInfo, Format, in_blocks, takes_all

SCHEMA = Path(__file__).parent / "schema" / "request.schema.json"


def write(entries: Iterable[Entry], info: ExportInfo) -> Iterator[bytes]:
    """The requests' own documents, which are canonical since they were made."""
    return in_blocks(f"{entry.document}\n" for entry in entries)


FORMAT = Format("json", "requests.jsonl", "application/jsonl", takes_all, write, deltas=True)
