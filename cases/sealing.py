"""Sealing: evidence is fixed in the audit chain once it is written.

The event holds the SHA-256 of every WARC file up to the last byte that the record points to (what
stands behind it may still be cut off, see ``evidence.recover``). From then on nobody can change a
capture, in the store and the record alike, without breaking the chain.

A night seals what it captured when its fetching is over, a command what a person asked for at once;
the next night makes up for what a kill kept from being sealed.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.db.models import QuerySet

from cases import audit
from cases.committed import committed_ends, committed_shots
from cases.models import AuditEvent, Run, StageRun
from domain.clock import Clock, utc_now
from domain.errors import EvidenceError

ACTION, ACTOR = "evidence.sealed", "system:seal"
#: The stage of a night that seals: where it is done, all captures of the run are sealed.
STAGE = "seal"
#: Says which files went by their age, and which took over what had to stay (``cases.erasing``).
ERASED = "evidence.erased"
_CHUNK = 1 << 20
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Seal:
    """The SHA-256 of a file's first ``size`` bytes, and the audit event that holds it."""

    size: int
    sha256: str
    event: int


@dataclass(frozen=True, slots=True)
class Sealed:
    """How many files were sealed, and what is wrong with those that could not be."""

    files: int
    problems: tuple[str, ...]


def seal(run_id: int, root: Path, *, clock: Clock = utc_now) -> int:
    """Seal what ``run_id`` has captured, in the store at ``root``. Returns how many files are new.

    Sealing again changes nothing unless there is more. Raises EvidenceError when a file is gone,
    shorter than the record says, or not what was sealed before; the others are sealed then.
    """
    sealed = _seal(run_id, root, clock)
    if sealed.problems:
        raise EvidenceError("; ".join(sealed.problems[:_NAMED]), permanent=True)
    return sealed.files


def seal_others(run_id: int, root: Path, *, clock: Clock = utc_now) -> Sealed:
    """Seal what runs other than ``run_id`` have captured and was not sealed yet: those that were
    killed before their own stage, and pictures that were asked for later."""
    files, problems = 0, list[str]()
    for other in sorted(_unsettled() - {run_id}):
        sealed = _seal(other, root, clock)
        files += sealed.files
        problems += sealed.problems
    return Sealed(files, tuple(problems))


def _unsettled() -> set[int]:
    """Runs that may have evidence that is not sealed: without looking at every capture there is.

    A run's captures are all sealed by its stage; pictures may come afterwards.
    """
    done = StageRun.objects.filter(stage=STAGE, state=StageRun.State.DONE)
    found = set(Run.objects.exclude(pk__in=done.values("run")).values_list("pk", flat=True))
    known = seals()
    for pk, name, end in committed_shots():
        if name not in known or known[name].size < end:
            found.add(pk)
    return found


def _seal(run_id: int, root: Path, clock: Clock) -> Sealed:
    known = seals([run_id])
    fresh: dict[str, list[int | str]] = {}
    problems = []
    for name, size in sorted(committed_ends(run_id).items()):
        before = known.get(name)
        if before is not None and before.size == size:
            continue
        try:
            fresh[name] = [size, _digest(root, name, size, before)]
        except EvidenceError as error:
            problems.append(str(error))
    if fresh:
        with transaction.atomic():
            audit.append(
                ACTION, f"run:{run_id}", actor=ACTOR, details={"files": fresh}, clock=clock
            )
    return Sealed(len(fresh), tuple(problems))


def unsealed(root: Path) -> list[str]:
    """The files of the store at ``root`` that no seal covers, each with why."""
    known, ends = seals(), committed_ends()
    there = {path.relative_to(root).as_posix() for path in root.glob("*/run-*/*.warc.gz")}
    found = [f"{name}: the record does not speak of it" for name in there - ends.keys()]
    for name, end in ends.items():
        if name not in known:
            found.append(f"{name}: not sealed yet")
        elif known[name].size < end:
            found.append(f"{name}: sealed up to byte {known[name].size}, it goes to byte {end}")
    return sorted(found)


def seals(run_ids: Iterable[int] | None = None) -> dict[str, Seal]:
    """The last seal of every file of ``run_ids`` (None for all) that is to be there, by its name in
    the store."""
    events = AuditEvent.objects.all()
    if run_ids is not None:
        events = events.filter(subject__in=[f"run:{pk}" for pk in run_ids])
    return _read(events)[0]


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
        raise _changed(name, kept)


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
    return _digests(path, [size])[0]


def _digest(root: Path, name: str, size: int, before: Seal | None) -> str:
    """What to seal of a file. One that was sealed ``before`` and has grown begins as it did."""
    if before is None:
        return digest_of(root / name, size)
    earlier, digest = _digests(root / name, [before.size, size])
    if earlier != before.sha256:
        raise _changed(name, before)
    return digest


def _changed(name: str, kept: Seal) -> EvidenceError:
    message = f"{name} is not what was sealed (audit event {kept.event})"
    return EvidenceError(message, permanent=True)


def _digests(path: Path, sizes: Sequence[int]) -> list[str]:
    """The SHA-256 of a file up to each of ``sizes``, which ascend, in one reading."""
    running, at, found = hashlib.sha256(), 0, []
    try:
        with path.open("rb") as stream:
            if (lacks := sizes[-1] - os.fstat(stream.fileno()).st_size) > 0:
                raise EvidenceError(
                    f"{path} lacks {lacks} bytes that the record points to", permanent=True
                )
            for size in sizes:
                while at < size and (chunk := stream.read(min(size - at, _CHUNK))):
                    running.update(chunk)
                    at += len(chunk)
                found.append(running.hexdigest())
    except OSError as error:
        raise EvidenceError(f"reading {path}: {error.strerror}") from error
    return found
