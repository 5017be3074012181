"""Reading a large channel through an account against a bare Telethon loop on the same server.

Bare, read without being stored, stored without and with the first stage's scores take turns, each
in a process and a data directory of its own; each round gives one ratio of each.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bench.memory import peak_mb
from bench.telegram_server import Asked, Place, Served, serving

WAYS = ("bare", "reading", "unscored", "storing")
POSTS, SMALL, PAGE = 50_000, 10_000, 100
_EVERY_S = 0.2


def measure(rounds: int = 3, posts: int = POSTS) -> dict[str, Any]:
    """Seconds from the first request for posts to the last, in each round; the ratios to bare, by
    round, and of the best times, to which others at work on the machine add least; how much the
    peak memory of storing grows from ``SMALL`` posts on, in MB."""
    rows, peaks = [], []
    with serving(posts) as server:
        for _ in range(rounds):
            read = {way: _read(server, way) for way in WAYS}
            assert len({(one.posts, one.asked.calls) for one in read.values()}) == 1, read
            rows.append({way: round(one.asked.seconds, 2) for way, one in read.items()})
            peaks.append(read["storing"].peaks)
    ratios = {way: [round(row[way] / row["bare"], 2) for row in rows] for way in WAYS[1:]}
    best = {way: min(row[way] for row in rows) for way in WAYS}
    return {
        "posts": posts,
        "rounds": rows,
        "ratios": ratios,
        "medians": {way: median(found) for way, found in ratios.items()},
        **{way: round(best[way] / best["bare"], 2) for way in WAYS[1:]},
        "growth_mb": round(max(last - first for first, last in peaks)),
        "peak_mb": round(max(last for _, last in peaks)),
    }


@dataclass(frozen=True)
class _Read:
    """``posts`` that came, what the server was asked for that, and the most memory in use after
    ``SMALL`` posts and at the end, MB."""

    posts: int
    asked: Asked
    peaks: tuple[float, float]


def _read(server: Served, way: str) -> _Read:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        child = subprocess.Popen(
            [sys.executable, "-m", "bench.telegram_reading", way],
            env=_environment(folder, server.place),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(json.dumps({"user": server.place.user, "session": server.place.session}))
        child.stdin.close()
        peaks = _watch(child, folder / "narcowatch.sqlite3")
        assert child.returncode == 0
        return _Read(int(child.stdout.read()), server.asked(), peaks)


def _watch(child: subprocess.Popen[str], database: Path) -> tuple[float, float]:
    first = last = 0.0
    while child.poll() is None:
        last = peak_mb(child.pid) or last
        if not first and _pages(database) >= SMALL // PAGE:
            first = last
        time.sleep(_EVERY_S)
    return first, last


def _pages(database: Path) -> int:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30)) as record:
        return int(record.execute("select count(*) from cases_capture").fetchone()[0])


def _environment(folder: Path, place: Place) -> dict[str, str]:
    """Settings for an account that reads all there is, in a data directory of its own."""
    key = folder / "server.pem"
    key.write_text(place.key)
    prefix = "NARCOWATCH_CHANNELS__TELEGRAM__"
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("NARCOWATCH_")},
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "NARCOWATCH_CONFIG": "",
        "NARCOWATCH_DATA_DIR": str(folder),
        f"{prefix}SERVER": f"127.0.0.1:{place.port}",
        f"{prefix}KEY_FILE": str(key),
        f"{prefix}API_ID": "1",
        f"{prefix}API_HASH": "0" * 32,
        f"{prefix}MAX_BATCHES_PER_CHANNEL": "100000",
        f"{prefix}BUDGETS__HISTORY_CALLS_PER_HOUR": "1000000",
    }
    subprocess.run(
        [sys.executable, "-m", "nightly.cli", "migrate", "--verbosity", "0"],
        env=environment,
        check=True,
    )
    return environment
