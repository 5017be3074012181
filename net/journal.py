"""A journal of requests: one line for each that is sent, written right before it is sent.

Lines outlive the death of the process (they are handed to the operating system one by one), so
that after ``kill -9`` the requests whose answers were lost can be told. Nothing is synced: a
power cut may lose lines.
"""

from __future__ import annotations

import fcntl
import os
from collections import Counter
from pathlib import Path

from domain.errors import RecordError


class RequestJournal:
    """Appends to the journal at ``path`` and reads it. One process at a time holds it.

    Raises RecordError where another process holds it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._descriptor)
            raise RecordError(f"another process is writing the journal {path}") from None
        self._end_torn_line()

    def sent(self, url: str) -> None:
        """Write down that a request for ``url`` (no blanks or line breaks in it) goes out now."""
        os.write(self._descriptor, url.encode() + b"\n")

    def read(self) -> Counter[str]:
        """How often each URL was sent, over all processes that wrote here."""
        return read_journal(self._path)

    def close(self) -> None:
        """Let go of the journal; it stays on disk."""
        os.close(self._descriptor)

    def _end_torn_line(self) -> None:
        size = os.fstat(self._descriptor).st_size
        if size and os.pread(self._descriptor, 1, size - 1) != b"\n":
            os.write(self._descriptor, b"\n")


def read_journal(path: Path) -> Counter[str]:
    """How often each URL was sent so far, for who does not write there; empty without a file."""
    try:
        with path.open(encoding="utf-8", errors="replace") as lines:
            return Counter(line[:-1] for line in lines if line.endswith("\n") and line != "\n")
    except FileNotFoundError:
        return Counter()
