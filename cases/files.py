"""Files that leave the house are readable by their owner alone, and whole or not at all."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from domain.errors import InputError, RuleError

_OWNER_ONLY = 0o600


def write_private(path: Path, pieces: Iterable[bytes]) -> tuple[int, str]:
    """Write a new file with mode 0600, onto the disk. Returns its size and SHA-256."""
    digest, size = hashlib.sha256(), 0
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    with os.fdopen(handle, "wb") as stream:
        for piece in pieces:
            stream.write(piece)
            digest.update(piece)
            size += len(piece)
        stream.flush()
        os.fsync(stream.fileno())
    return size, digest.hexdigest()


def put_private(path: Path, data: bytes) -> None:
    """Put ``data`` in the place of ``path``, whole or not at all, with mode 0600, onto the disk.

    Until then it lies beside the folder, not in it. Raises InputError when that cannot be written.
    """
    folder = path.parent
    partial = folder.absolute().parent / f".{folder.absolute().name}.{path.name}.partial"
    try:
        partial.unlink(missing_ok=True)
        write_private(partial, [data])
        partial.rename(path)
        sync_folder(folder)
    except OSError as error:
        raise InputError(f"writing {path}: {error.strerror}") from error


def sync_folder(folder: Path) -> None:
    """Put the names in ``folder`` onto the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def folder_in_the_making(final: Path) -> Iterator[Path]:
    """A folder (mode 0700) beside ``final`` to build in; ``give_name`` makes it ``final``.

    It is gone at the end unless it got its name; what a build left behind that was killed is
    removed first. Raises InputError when ``final`` is there already or has no parent folder,
    RuleError when another process is building it.
    """
    if os.path.lexists(final):
        raise InputError(f"{final} is there already and is not written over")
    if not final.parent.is_dir():
        raise InputError(f"{final} cannot be made: {_nearest_missing(final.parent)}")
    folder = final.parent / f".{final.name}.partial"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError as error:
        raise InputError(f"making {folder}: {error.strerror}") from error
    try:
        _lock(handle, folder, final)
        try:
            _empty(folder)
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(handle)


def _nearest_missing(folder: Path) -> str:
    """What on the way to ``folder`` is not there, or is none."""
    way = [*reversed(folder.parents), folder]
    first = next(path for path in way if not path.is_dir())
    return f"{first} is {'no folder' if os.path.lexists(first) else 'not there'}"


def give_name(folder: Path, final: Path) -> None:
    """Give a finished folder its name, everything in it on the disk. Raises InputError when
    something has taken the name meanwhile."""
    for part in (*(path for path in folder.rglob("*") if path.is_dir()), folder):
        sync_folder(part)
    if os.path.lexists(final):
        raise InputError(f"{final} is there already and is not written over")
    folder.rename(final)
    sync_folder(final.parent)


def _lock(handle: int, folder: Path, final: Path) -> None:
    """The kernel lets go of the lock when its holder dies."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        there = folder.stat()
    except (BlockingIOError, FileNotFoundError):
        there = None
    if there is None or there.st_ino != os.fstat(handle).st_ino:
        raise RuleError(f"{final} is being made by another process")


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
