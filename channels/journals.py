"""Where the requests of a run's channel readers are written down: a journal for each process."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from net.journal import read_journal

_WORKER = "channels"


def worker_of(account: str = "") -> str:
    """What the process that reads previews, or reads as ``account``, is called."""
    return f"{_WORKER}-{account}" if account else _WORKER


def journal_path(folder: Path, run_id: int, account: str = "") -> Path:
    """The journal of the process that reads previews, or reads as ``account``."""
    return folder / f"run-{run_id:06d}-{worker_of(account)}.journal"


def unkept_path(folder: Path, run_id: int) -> Path:
    """Where a listener writes down requests whose answers brought nothing new and are not kept."""
    return folder / f"run-{run_id:06d}-unkept.journal"


def unkept_in(folder: Path, run_id: int) -> Counter[str]:
    """How often each URL was sent for nothing new."""
    return read_journal(unkept_path(folder, run_id))


def sent_in(folder: Path, run_id: int) -> Counter[str]:
    """How often each URL was sent in a run, by whomever."""
    sent = read_journal(journal_path(folder, run_id))
    for path in sorted(folder.glob(f"run-{run_id:06d}-{_WORKER}-*.journal")):
        sent.update(read_journal(path))
    return sent
