"""The seal of an export held against what a recipient trusts; needs no record and no network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.x509 import Certificate

from blocking.manifest import NAME, SIGNATURE, STAMP
from blocking.signing.cms import UnknownAlgorithmError, verify
from domain.errors import EvidenceError, TransportError
from net import timestamping


@dataclass(frozen=True, slots=True)
class SealSeen:
    """``lines`` say what the seal says, ``problems`` what speaks against it."""

    lines: tuple[str, ...]
    problems: tuple[str, ...]


def check_seal(
    folder: Path,
    *,
    signed_by: Sequence[Certificate] = (),
    stamped_by: bytes = b"",
    now: datetime,
) -> SealSeen:
    """What the signature and the time-stamp in ``folder`` are worth.

    ``signed_by`` are certificates that must vouch for the signer; where they are given, an export
    without a signature is no good. ``stamped_by`` are roots of time-stamp authorities, PEM. A
    certificate must have been valid when it was stamped, where that is proven, and otherwise
    ``now``. Raises InputError for a PEM text without a root.
    """
    lines, problems = list[str](), list[str]()
    at, wrong = _stamped(folder, stamped_by, lines, now)
    problems += wrong
    try:
        signature = (folder / SIGNATURE).read_bytes()
    except FileNotFoundError:
        (problems if signed_by else lines).append("not signed")
        return SealSeen(tuple(lines), tuple(problems))
    try:
        signer = verify((folder / NAME).read_bytes(), signature, trusted=signed_by, at=at)
    except UnknownAlgorithmError as error:
        where = "verify it with the tools of that algorithm"
        (problems if signed_by else lines).append(f"{SIGNATURE}: {error}; {where}")
    except EvidenceError as error:
        problems.append(f"{SIGNATURE}: {error}")
    else:
        held = "" if signed_by else ", held against no certificate (--signed-by FILE)"
        lines.append(f"signed by {signer.subject}, certificate SHA-256 {signer.sha256}{held}")
    return SealSeen(tuple(lines), tuple(problems))


def _stamped(
    folder: Path, roots: bytes, lines: list[str], now: datetime
) -> tuple[datetime, list[str]]:
    """The time that is proven, ``now`` where none is, and what is wrong with the time-stamp."""
    try:
        token = (folder / STAMP).read_bytes()
    except FileNotFoundError:
        return now, (["no time-stamp"] if roots else [])
    if not roots:
        lines.append("time-stamped, held against no authority (--stamped-by FILE)")
        return now, []
    try:
        signature = (folder / SIGNATURE).read_bytes()
        authority = timestamping.Authority("the file", roots)
        at = timestamping.verify(signature, token, authority)
    except (OSError, TransportError) as error:
        return now, [f"{STAMP}: {error}"]
    lines.append(f"time-stamped {at:%Y-%m-%d %H:%M:%S} UTC")
    return at, []
