"""One night at a time in one data directory."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from domain.errors import RuleError


@contextmanager
def only_one(path: Path, other: str = "another run") -> Iterator[None]:
    """Hold the lock file while a night runs. Raises RuleError, which names the ``other`` one, when
    another night does.

    The lock belongs to the open file, so it ends with the process, however that dies. Child
    processes inherit nothing of it: they are killed with their parent.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            owner = os.pread(descriptor, 20, 0).decode(errors="replace").strip()
            raise RuleError(
                f"{other} is at work here (process {owner or 'unknown'}, lock {path})"
            ) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)
