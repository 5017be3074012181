"""Each account is at work in one process at a time: Telegram takes an account away whose session is
used from two places at once (AUTH_KEY_DUPLICATED)."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from channels.accounts.vault import check_name
from domain.errors import RecordError

#: What a process that holds an account is.
NIGHT, LISTENER = "a night", "a listener"
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has an account: ``kind`` is NIGHT or LISTENER."""

    kind: str
    process: str

    def __str__(self) -> str:
        return f"{self.kind} (process {self.process})"


@contextmanager
def held(folder: Path, name: str, kind: str) -> Iterator[None]:
    """Be the one process that is account ``name``, as ``kind``. ``folder`` is the vault's.

    Raises RecordError, which says who is, where another process is. The kernel lets go when the
    holder dies, however that comes.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(_path(folder, name), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _locked(handle):
            raise RecordError(
                f"account {name} is at work in {_read(handle)}: two processes must not use it at "
                "once, or Telegram takes it away"
            )
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{kind}\n{os.getpid()}".encode(), 0)
        yield
    finally:
        os.close(handle)


def holder_of(folder: Path, name: str) -> Holder | None:
    """Who is account ``name`` now; None where nobody is."""
    try:
        handle = os.open(_path(folder, name), os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read(handle)
    finally:
        os.close(handle)
    return None


def _locked(handle: int) -> bool:
    """Whether the lock could be had. Somebody who asks who has it does so for a moment himself."""
    for pause_s in (0.05, 0.1, 0.2, None):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if pause_s is None:
                break
            time.sleep(pause_s)
        else:
            return True
    return False


def _path(folder: Path, name: str) -> Path:
    return folder / f"{check_name(name)}.lock"


def _read(handle: int) -> Holder:
    kind, _, process = os.pread(handle, _LONGEST, 0).decode(errors="replace").partition("\n")
    return Holder(kind or "another process", process or "unknown")
