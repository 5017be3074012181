"""A bundle's manifest: every file with its size and SHA-256, in canonical JSON (RFC 8785).

The manifest itself, and the time-stamp over it, are covered by ``SHA256SUMS``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from cases.bundles.verifier import MANIFEST, SCHEMA, STAMP
from domain.digests import canonical_json, sha256_hex

NOT_STAMPED, NO_AUTHORITY = "not stamped", "no authority"


@dataclass(frozen=True, slots=True)
class FileFacts:
    """One file of a bundle; ``name`` is its path below the bundle's folder."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Head:
    """What a bundle is: of which case, made by whom, when and with what."""

    case: int
    target: str
    state: str
    on_hold: bool
    built_at: str
    built_by: str
    software: str
    audit_head: Mapping[str, Any]
    counts: Mapping[str, int]


def manifest(head: Head, files: Sequence[FileFacts], status: str, reason: str = "") -> bytes:
    """The manifest's bytes. ``status`` and ``reason`` say whether it bears a time-stamp."""
    return canonical_json(
        {
            "schema": SCHEMA,
            **asdict(head),
            "timestamp": {"status": status, "reason": reason},
            "files": [asdict(file) for file in sorted(files, key=lambda one: one.name)],
        }
    )


def sums(manifest_bytes: bytes, stamp: bytes | None) -> bytes:
    """``SHA256SUMS`` as sha256sum(1) reads it."""
    parts = {MANIFEST: manifest_bytes, **({STAMP: stamp} if stamp is not None else {})}
    return b"".join(f"{sha256_hex(data)}  {name}\n".encode() for name, data in parts.items())
