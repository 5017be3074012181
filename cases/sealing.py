"""Sealing: the evidence of a run is fixed in the audit chain once its fetching is over.

The event holds the SHA-256 of every WARC file up to the last byte that the record points to (what
stands behind it may still be cut off, see ``evidence.recover``). From then on nobody can change a
capture, in the store and the record alike, without breaking the chain.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.db.models import QuerySet

from cases import audit
from cases.intake import committed_ends
from cases.models import AuditEvent
from domain.clock import Clock, utc_now
from domain.errors import EvidenceError

ACTION, ACTOR = "evidence.sealed", "system:seal"
#: Says which files went by their age, and which took over what had to stay (``cases.erasing``).
ERASED = "evidence.erased"
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Seal:
    """The SHA-256 of a file's first ``size`` bytes, and the audit event that holds it."""

    size: int
    sha256: str
    event: int


def seal(run_id: int, root: Path, *, clock: Clock = utc_now) -> int:
    """Seal what ``run_id`` has captured, in the store at ``root``. Returns how many files are new.

    Sealing again changes nothing unless there is more. Raises EvidenceError when a file is gone or
    shorter than the record says.
    """
    known = seals([run_id])
    fresh: dict[str, list[int | str]] = {}
    for name, size in sorted(committed_ends(run_id).items()):
        before = known.get(name)
        if before is None or before.size != size:
            fresh[name] = [size, digest_of(root / name, size)]
    if fresh:
        with transaction.atomic():
            audit.append(
                ACTION, f"run:{run_id}", actor=ACTOR, details={"files": fresh}, clock=clock
            )
    return len(fresh)


def seals(run_ids: Iterable[int]) -> dict[str, Seal]:
    """The last seal of every file of ``run_ids`` that is to be there, by its name in the store."""
    return _read(AuditEvent.objects.filter(subject__in=[f"run:{pk}" for pk in run_ids]))[0]


def erased(run_ids: Iterable[int] | None = None) -> dict[str, Seal]:
    """The files that went by their age, of ``run_ids`` or all: what each was."""
    events = AuditEvent.objects.all()
    if run_ids is not None:
        events = events.filter(subject__in=[f"run:{pk}" for pk in run_ids])
    return _read(events.filter(action=ERASED))[1]


def _read(events: QuerySet[AuditEvent]) -> tuple[dict[str, Seal], dict[str, Seal]]:
    """The files that ``events`` say are there, and those that they say are gone."""
    there: dict[str, Seal] = {}
    gone: dict[str, Seal] = {}
    for event in events.filter(action__in=(ACTION, ERASED)).order_by("seq").iterator():
        files = {
            name: Seal(size, sha256, event.seq)
            for name, (size, sha256) in event.details["files"].items()
        }
        if event.action == ACTION:
            there.update(files)
            continue
        gone.update(files)
        for name in files:
            there.pop(name, None)
        for name, (size, sha256) in event.details["kept"].items():
            there[name] = Seal(size, sha256, event.seq)
    return there, gone


def check(root: Path, name: str, kept: Seal) -> None:
    """Raise EvidenceError unless the file is what was sealed."""
    if digest_of(root / name, kept.size) != kept.sha256:
        raise EvidenceError(
            f"{name} is not what was sealed (audit event {kept.event})", permanent=True
        )


@dataclass(frozen=True, slots=True)
class Checked:
    """``sealed`` files are to be there, ``erased`` ones went by their age; ``problems`` with the
    first. ``left_over`` are to be gone and are not yet."""

    sealed: int
    erased: int
    problems: tuple[str, ...]
    left_over: tuple[str, ...]


def check_all(root: Path) -> Checked:
    """Compare every sealed file with the store at ``root``."""
    there, gone = _read(AuditEvent.objects.all())
    problems = []
    for name, kept in sorted(there.items()):
        try:
            check(root, name, kept)
        except EvidenceError as error:
            problems.append(str(error))
    left_over = tuple(name for name in sorted(gone) if (root / name).exists())
    return Checked(len(there), len(gone), tuple(problems), left_over)


def digest_of(path: Path, size: int) -> str:
    """The SHA-256 of the first ``size`` bytes of a file, hex. Raises EvidenceError."""
    found, left = hashlib.sha256(), size
    try:
        with path.open("rb") as stream:
            while left and (chunk := stream.read(min(left, _CHUNK))):
                found.update(chunk)
                left -= len(chunk)
    except OSError as error:
        raise EvidenceError(f"reading {path}: {error.strerror}") from error
    if left:
        raise EvidenceError(f"{path} lacks {left} bytes that the record points to", permanent=True)
    return found.hexdigest()
