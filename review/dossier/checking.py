"""Verifying a dossier: the folder that it was unpacked to, or the archive as it came."""

from __future__ import annotations

import re
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cases.bundles.verifier import MANIFEST, STAMP, Found, check, is_dossier, sha256_of
from cases.models import AuditEvent
from domain.errors import InputError
from net.timestamping import Authority
from review import bundles
from review.dossier.building import ACTION

_PART = r"[A-Za-z0-9][A-Za-z0-9._-]*"
_NAME = re.compile(rf"{_PART}(/{_PART}){{0,3}}")
#: Text packs well, but no honest archive grows more than so many times.
_GROWS, _GROWS_AT_LEAST = 200, 50_000_000
#: What reading one raises that is broken, encrypted, or packed in a way that is not known here.
_NO_ARCHIVE = (zipfile.BadZipFile, zlib.error, OSError, NotImplementedError, RuntimeError)


def is_of_a_dossier(path: Path) -> bool:
    """Whether there is a dossier at ``path``: an archive, or a folder."""
    if path.is_file():
        return True
    try:
        return is_dossier((path / MANIFEST).read_bytes())
    except OSError:
        return False


def verify(path: Path, authority: Authority | None, *, chain: bool = True) -> Found:
    """What the dossier's verifier says, and what only this installation can tell (see
    ``review.bundles.verify``). Raises InputError where there is no dossier."""
    if not path.is_file():
        return _verified(path, authority, chain=chain)
    with _unpacked(path) as folder:
        found = _verified(folder, authority, chain=chain)
    if chain and not found.problems:
        digest = sha256_of(path)
        handed = AuditEvent.objects.filter(action=ACTION, details__sha256=digest)
        if not handed.exists():
            found.problems.append("the archive is not the one that the chain here speaks of")
    return found


def _verified(folder: Path, authority: Authority | None, *, chain: bool) -> Found:
    found = check(folder)
    if found.problems:
        return found
    problems, notes = _compared(folder) if chain else ([], [bundles.NO_CHAIN])
    if not (folder / STAMP).exists():
        notes.append("the manifest bears no time-stamp")
    elif authority is None:
        notes.append("evidence.timestamp_url is not set: who signed the time-stamp is unchecked")
    else:
        problems += bundles.stamp_problems(folder, authority)
    return Found(problems, notes)


def _compared(folder: Path) -> tuple[list[str], list[str]]:
    """Hold the dossier and each bundle in it against the chain of this installation."""
    problems: list[str] = []
    for below in sorted((folder / "evidence").iterdir()):
        found, _ = bundles.compared(below)
        problems += [f"evidence/{below.name}: {problem}" for problem in found]
    digest = sha256_of(folder / MANIFEST)
    handed = AuditEvent.objects.filter(action=ACTION, details__manifest_sha256=digest).first()
    if handed is None:
        return [*problems, "the chain here does not say that this dossier was handed over"], []
    told = f"handed over by {handed.actor} at {handed.at} to {handed.details['handed_to']}"
    return problems, [f"{told} (audit event {handed.seq})"]


@contextmanager
def _unpacked(path: Path) -> Iterator[Path]:
    """The archive's files in a folder for as long as it is looked at. Nothing in it can lie
    elsewhere, and it does not grow beyond measure."""
    with tempfile.TemporaryDirectory(prefix="narcowatch-dossier-") as folder:
        root = Path(folder)
        try:
            with zipfile.ZipFile(path) as packed:
                _check_entries(packed, path)
                for entry in packed.infolist():
                    target = root / entry.filename
                    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                    with packed.open(entry) as source, target.open("xb") as stream:
                        shutil.copyfileobj(source, stream, 1 << 20)
        except _NO_ARCHIVE as error:
            raise InputError(f"no dossier in {path}: {error}") from error
        if not (root / MANIFEST).is_file():
            raise InputError(f"no dossier in {path}: it has no {MANIFEST}")
        yield root


def _check_entries(packed: zipfile.ZipFile, path: Path) -> None:
    entries = packed.infolist()
    names = [entry.filename for entry in entries]
    wrong = [name for name in names if not _NAME.fullmatch(name)]
    if wrong or len(set(names)) != len(names):
        raise InputError(f"no dossier in {path}: names that none has: {(wrong or names)[0]!a}")
    size = path.stat().st_size
    if sum(entry.file_size for entry in entries) > max(_GROWS * size, _GROWS_AT_LEAST):
        raise InputError(f"no dossier in {path}: it grows too much when unpacked")
