"""Memory of the crawl's processes as the crawl grows, and the time to take a long frontier up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from bench.pipeline import environment_of
from bench.server import running

SMALL, LARGE, FRONTIER = 10_000, 100_000, 100_000
_EVERY_S = 0.5


def measure(small: int = SMALL, large: int = LARGE) -> dict[str, Any]:
    """Resident memory after ``small`` and ``large`` pages of one crawl, in MB."""
    with tempfile.TemporaryDirectory() as folder, running(1, round(large * 1.05)) as server:
        environment = environment_of(Path(folder), server, large)
        run = _begin(environment, server.root)
        database = Path(folder) / "narcowatch.sqlite3"
        child = subprocess.Popen([sys.executable, "-m", "crawlers", run], env=environment)
        at: dict[int, float] = {}
        started = time.monotonic()
        while child.poll() is None:
            time.sleep(_EVERY_S)
            pages = _pages(database)
            for mark in (small, large - 1_000):
                if pages >= mark and mark not in at:
                    at[mark] = _memory(child.pid)
        seconds = time.monotonic() - started
        assert child.returncode == 0, child.returncode
    first, last = at[small], at[large - 1_000]
    return {
        "pages": [small, large - 1_000],
        "resident_mb": [round(first), round(last)],
        "growth_mb": round(last - first),
        "pages_per_s": round(large / seconds),
    }


def restart(queued: int = FRONTIER) -> dict[str, Any]:
    """Seconds until a crawl that was killed with ``queued`` URLs waiting asks for the next."""
    with tempfile.TemporaryDirectory() as folder, running(2, 2_000) as server:
        environment = environment_of(Path(folder), server, 2_000)
        run = _begin(environment, server.root)
        database = Path(folder) / "narcowatch.sqlite3"
        child = subprocess.Popen([sys.executable, "-m", "crawlers", run], env=environment)
        while _pages(database) < 200:
            assert child.poll() is None
            time.sleep(_EVERY_S)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        _fill(database, queued)
        before = _pages(database)
        started = time.monotonic()
        child = subprocess.Popen([sys.executable, "-m", "crawlers", run], env=environment)
        while _pages(database) <= before:
            assert child.poll() is None
            time.sleep(0.02)
        seconds = time.monotonic() - started
        child.kill()
        child.wait()
    return {"queued": queued, "seconds_to_next_page_stored": round(seconds, 2)}


def _begin(environment: dict[str, str], root: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tests.crawlers.starting", root],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def _pages(database: Path) -> int:
    import sqlite3

    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30)
    try:
        return int(connection.execute("select count(*) from cases_capture").fetchone()[0])
    finally:
        connection.close()


def _fill(database: Path, queued: int) -> None:
    """Copy a queued entry of the frontier until ``queued`` wait, under names of their own."""
    import sqlite3

    connection = sqlite3.connect(database, timeout=30)
    connection.row_factory = sqlite3.Row
    row = dict(
        connection.execute(
            "select * from crawlers_frontierentry where state = 'queued' and why = 'link' limit 1"
        ).fetchone()
    )
    names = [name for name in row if name != "id"]
    marks = ", ".join("?" * len(names))
    sql = f"insert into crawlers_frontierentry ({', '.join(names)}) values ({marks})"
    with connection:
        for number in range(queued):
            made = row | {"url": f"{row['url']}?copy={number}", "url_hash": f"{number:064d}"}
            made["priority"] = row["priority"] / 2 + number / (queued * 1e3)
            connection.execute(sql, [made[name] for name in names])
    connection.close()


def _memory(pid: int) -> float:
    """Resident memory of a process and its children, MB."""
    process = psutil.Process(pid)
    return sum(one.memory_info().rss for one in (process, *process.children())) / 1e6
