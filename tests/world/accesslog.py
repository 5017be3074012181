"""The server's access log: JSON lines in a file, and the same counted in memory."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Access:
    """One line of the log. ``bytes`` counts the body; ``completed`` says whether all was sent."""

    time: float
    host: str
    path: str
    status: int
    bytes: int
    completed: bool


@dataclass(slots=True)
class HostCount:
    """What one host has served since the server began."""

    served: int = 0
    completed: int = 0
    bytes: int = 0
    by_status: dict[int, int] = field(default_factory=dict)


class AccessLog:
    """Counts a request as served when its response begins; writes its line when it ends.

    Safe to read from another thread than the one that serves.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("a", encoding="utf-8")
        self._hosts: dict[str, HostCount] = {}
        self._lock = threading.Lock()

    def begin(self, host: str, status: int) -> float:
        """Count a response that begins now; returns when that was (Unix time, seconds)."""
        with self._lock:
            count = self._hosts.setdefault(host, HostCount())
            count.served += 1
            count.by_status[status] = count.by_status.get(status, 0) + 1
        return time.time()

    def end(self, access: Access) -> None:
        with self._lock:
            count = self._hosts[access.host]
            count.completed += access.completed
            count.bytes += access.bytes
            self._file.write(json.dumps(asdict(access), ensure_ascii=False) + "\n")
            self._file.flush()

    def counts(self) -> dict[str, HostCount]:
        """A copy of the counts by host."""
        with self._lock:
            return {
                host: HostCount(count.served, count.completed, count.bytes, dict(count.by_status))
                for host, count in self._hosts.items()
            }

    def as_json(self) -> dict[str, Any]:
        hosts = {host: asdict(count) for host, count in sorted(self.counts().items())}
        return {"total": sum(host["served"] for host in hosts.values()), "hosts": hosts}

    def close(self) -> None:
        with self._lock:
            self._file.close()


def read_log(path: Path) -> list[Access]:
    """The log's lines, oldest first (by end of the response)."""
    with path.open(encoding="utf-8") as lines:
        return [Access(**json.loads(line)) for line in lines]
