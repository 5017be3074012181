"""The manifest of an export: what belongs to it, in what state, and what came before it.

``manifest.json`` is RFC 8785 canonical JSON and is written last: a folder without one is not an
export. Each manifest holds the SHA-256 of the one of the release before, so that releases form a
chain which anybody who holds them can check without this program's records.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from domain.digests import canonical_json, sha256_hex
from domain.errors import InputError

NAME = "manifest.json"
#: What may lie beside a manifest that does not list it, since it is made afterwards: a detached
#: CMS signature (RFC 5652) of it, and a TimeStampResp (RFC 3161) over that signature, in DER.
SIGNATURE, STAMP = f"{NAME}.p7s", f"{NAME}.p7s.tsr"
#: What the name of a format begins with where a file is its delta.
DELTA = "delta-"
SCHEMA = "narcowatch.export-manifest/1"
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class FileFacts:
    """One file of an export: ``records`` is how many entries went into it."""

    name: str
    format: str
    media_type: str
    size: int
    sha256: str
    records: int


@dataclass(frozen=True, slots=True)
class Previous:
    """The release that this one follows."""

    number: int
    sha256: str


@dataclass(frozen=True, slots=True)
class DeltaCounts:
    """The release that the deltas are to be added to, and how many entries they add, change and
    lift. Files of a format ``delta-NAME`` are deltas; where there is none, nothing changed."""

    since: int
    added: int
    changed: int
    lifted: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a manifest says. ``content_sha256`` is over what the export holds without its number
    and date; ``counts`` are entries by scope; ``left_out`` are entries that a format cannot hold,
    by format and reason. ``issued_at`` is when it was built, ``as_of`` the state that its files
    show (see ``blocking.drafts.as_of``)."""

    recipient: str
    number: int
    serial: int
    issued_at: str
    previous: Previous | None
    content_sha256: str
    entries: int
    counts: Mapping[str, int]
    left_out: Mapping[str, Mapping[str, int]]
    files: tuple[FileFacts, ...]
    delta: DeltaCounts | None = None
    as_of: str = ""

    def as_bytes(self) -> bytes:
        """The canonical form, which is what is hashed and signed."""
        return canonical_json(
            {
                "schema": SCHEMA,
                "recipient": self.recipient,
                "number": self.number,
                "serial": self.serial,
                "issued_at": self.issued_at,
                **({"as_of": self.as_of} if self.as_of else {}),
                "previous": self.previous
                and {"number": self.previous.number, "sha256": self.previous.sha256},
                "content_sha256": self.content_sha256,
                "entries": self.entries,
                "counts": dict(self.counts),
                **({"delta": asdict(self.delta)} if self.delta else {}),
                "left_out": {name: dict(reasons) for name, reasons in self.left_out.items()},
                "files": [
                    {
                        "name": file.name,
                        "format": file.format,
                        "media_type": file.media_type,
                        "size": file.size,
                        "sha256": file.sha256,
                        "records": file.records,
                    }
                    for file in self.files
                ],
            }
        )


@dataclass(frozen=True, slots=True)
class Verification:
    """What ``verify`` found; the export is whole when there are no ``problems``. ``files`` is how
    many of its files were looked at."""

    recipient: str
    number: int
    files: int
    sha256: str
    previous: Previous | None
    problems: tuple[str, ...]


_CHECKED = TypeAdapter(Manifest)


def parse(data: bytes, origin: str) -> Manifest:
    """The manifest in ``data``. Raises InputError naming ``origin`` and what is wrong."""
    try:
        raw: dict[str, Any] = json.loads(data)
        if raw.pop("schema") != SCHEMA:
            raise InputError(f"{origin}: not a manifest of schema {SCHEMA}")
        return _CHECKED.validate_json(json.dumps(raw), strict=True)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        reason = " ".join(str(error).split())[:200]
        raise InputError(f"{origin}: not a manifest ({reason})") from error


def verify(folder: Path, *, delta: bool = False) -> Verification:
    """Hold an export's folder against its manifest, and its manifest against the one before.

    ``delta`` is for whoever keeps in step: the full set may be missing then and is not counted, but
    each delta has to be there, and beside it the release that it is to be added to.

    The one before is looked for beside the folder, under its number; when it is not there the
    chain cannot be checked here, which is no problem of this export. Raises InputError when there
    is no readable manifest at all.
    """
    path = folder / NAME
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"no export in {folder}: {error.strerror} ({NAME})") from error
    manifest = parse(data, str(path))
    problems = [] if manifest.as_bytes() == data else [f"{NAME} is not in canonical form"]
    listed = {file.name for file in manifest.files}
    held = [file for file in manifest.files if not delta or _needed(folder, file)]
    for file in held:
        problems.extend(_file_problems(folder, file))
    for other in sorted(entry.name for entry in folder.iterdir()):
        if other not in {NAME, SIGNATURE, STAMP} and other not in listed:
            problems.append(f"{other} is not in the manifest")
    problems.extend(_chain_problems(folder, manifest, needed=delta))
    return Verification(
        manifest.recipient,
        manifest.number,
        len(held),
        sha256_hex(data),
        manifest.previous,
        tuple(problems),
    )


def _needed(folder: Path, file: FileFacts) -> bool:
    """Whether a file is to be looked at in a folder that may hold the delta alone."""
    is_delta = file.format.startswith(DELTA)
    return is_delta or Path(file.name).name != file.name or os.path.lexists(folder / file.name)


def _file_problems(folder: Path, file: FileFacts) -> list[str]:
    path = folder / file.name
    if Path(file.name).name != file.name or file.name in {".", ".."}:
        return [f"{file.name!r} is no plain file name"]
    if path.is_symlink() or not path.is_file():
        return [f"{file.name} is missing"]
    if path.stat().st_size != file.size:
        return [f"{file.name} has {path.stat().st_size} bytes, the manifest says {file.size}"]
    if file_sha256(path) != file.sha256:
        return [f"{file.name} was changed: its SHA-256 is not the manifest's"]
    return []


def _chain_problems(folder: Path, manifest: Manifest, *, needed: bool) -> list[str]:
    before = manifest.previous
    if before is None:
        return []
    path = folder.resolve().parent / str(before.number) / NAME
    if not path.is_file():
        missing = f"release {before.number}, which this one follows, is not beside it"
        return [missing] if needed else []
    if file_sha256(path) == before.sha256:
        return []
    return [f"release {before.number} beside it is not the one that this one follows"]


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file, read in pieces."""
    found = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            found.update(chunk)
    return found.hexdigest()
