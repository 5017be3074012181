"""The files of a recipient's releases, as they were released, and what seals them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.db import transaction

from blocking.manifest import NAME, SIGNATURE, STAMP, FileFacts, parse
from blocking.models import Export
from blocking.pulls import note_pull
from cases import audit
from cases.models import Person
from domain.clock import Clock, utc_now
from domain.digests import sha256_hex
from domain.errors import InputError, RecordError
from review.recipients import release_to, released_to

_CHUNK = 1 << 20
_SEALS = (
    (SIGNATURE, "signature", "application/pkcs7-signature"),
    (STAMP, "time-stamp", "application/timestamp-reply"),
)
#: What proves a release and holds nothing of it.
_PROOFS = frozenset({NAME, SIGNATURE, STAMP})
_LONGEST_SEAL = 1 << 20


@dataclass(frozen=True, slots=True)
class ReleasedFile:
    """A file of the release ``number``, not opened."""

    number: int
    released_at: datetime
    facts: FileFacts


@dataclass(frozen=True, slots=True)
class Download:
    """A file as it was released; ``stream`` is open at its beginning."""

    facts: FileFacts
    stream: BinaryIO


def number_in_force(person: Person) -> int:
    """The number of the release that is in force. Raises AccessError, and InputError where nothing
    was released yet."""
    number = released_to(person).order_by("-number").values_list("number", flat=True).first()
    if number is None:
        raise InputError("nothing has been released yet")
    return number


def files_of(row: Export, folder: Path) -> tuple[FileFacts, ...]:
    """The files that the manifest lists, the manifest, and its signature and time-stamp where they
    lie beside it. ``folder`` is where exports lie."""
    content = row.manifest.encode()
    manifest = FileFacts(
        NAME, "manifest", "application/json", len(content), row.manifest_sha256, row.entry_count
    )
    listed = parse(content, f"export {row.recipient}/{row.number}").files
    return (*listed, manifest, *_seals(folder / row.folder))


def own_files(person: Person, number: int, folder: Path) -> tuple[FileFacts, ...]:
    """The files of one release. Raises AccessError, and InputError where there is none such."""
    return files_of(release_to(person, number), folder)


def own_file(person: Person, number: int, name: str, folder: Path) -> ReleasedFile:
    """What a file of a release is, without opening it. Raises AccessError, and InputError where
    the recipient has no such file."""
    row = release_to(person, number)
    return ReleasedFile(row.number, row.released_at or row.built_at, _facts(row, name, folder))


def download(
    person: Person,
    number: int,
    name: str,
    folder: Path,
    *,
    token_id: int | None = None,
    part: str = "",
    clock: Clock = utc_now,
) -> Download:
    """Open a file of a release, and write down that it was fetched.

    ``token_id`` is of the program that fetches it, where one does; ``part`` says which bytes, where
    not all are meant. Raises AccessError; InputError where the recipient has no such file;
    RecordError where what lies there is not what was released.
    """
    row = release_to(person, number)
    facts = _facts(row, name, folder)
    stream = _opened(folder / row.folder / facts.name, facts)
    with transaction.atomic():
        audit.append(
            "export.downloaded",
            f"export:{row.recipient}/{row.number}",
            actor=person.username,
            details={
                "file": facts.name,
                "sha256": facts.sha256,
                **({"part": part} if part else {}),
            },
            clock=clock,
        )
        if token_id is not None and name not in _PROOFS:
            note_pull(row, token_id, person.username, what=facts.name, clock=clock)
    return Download(facts, stream)


def _seals(folder: Path) -> tuple[FileFacts, ...]:
    found = []
    for name, kind, media_type in _SEALS:
        try:
            with (folder / name).open("rb") as stream:
                data = stream.read(_LONGEST_SEAL)
        except (FileNotFoundError, NotADirectoryError):
            continue
        found.append(FileFacts(name, kind, media_type, len(data), sha256_hex(data), 0))
    return tuple(found)


def _facts(row: Export, name: str, folder: Path) -> FileFacts:
    facts = next((file for file in files_of(row, folder) if file.name == name), None)
    if facts is None:
        raise InputError(f"export {row.recipient}/{row.number} has no file {name!r}")
    return facts


def _opened(path: Path, facts: FileFacts) -> BinaryIO:
    try:
        stream = path.open("rb")
    except OSError as error:
        raise RecordError(f"{facts.name} cannot be read: {error.strerror}") from error
    found = hashlib.sha256()
    while chunk := stream.read(_CHUNK):
        found.update(chunk)
    if found.hexdigest() != facts.sha256:
        stream.close()
        raise RecordError(f"{facts.name} is not what was released: its SHA-256 is another")
    stream.seek(0)
    return stream
