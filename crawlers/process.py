"""The crawl as a child process, for the night. Knows neither Scrapy nor a reactor."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

_CHECKOUT = Path(__file__).resolve().parent.parent


def crawl_command(run_id: int, *, max_pages: int | None = None) -> list[str]:
    """The command that crawls the sources of run ``run_id`` and dies with this process."""
    command = [sys.executable, "-m", "crawlers", str(run_id), "--parent", str(os.getpid())]
    return command if max_pages is None else [*command, "--max-pages", str(max_pages)]


def run_crawl(
    run_id: int,
    *,
    max_pages: int | None = None,
    env: Mapping[str, str] | None = None,
    on_progress: Callable[[], None] | None = None,
    every_s: float = 1.0,
) -> int:
    """Crawl the sources of a run and wait for the end. Returns the exit code.

    ``env`` is laid over this process's environment. ``on_progress`` is called every ``every_s``
    seconds; how far the crawl is stands in the record. Codes: 0 done, 1 failed, 2 refused, 130
    stopped before it was done, below 0 killed by that signal. Call it from a thread that lives
    as long as the crawl: the kernel kills the child when that thread ends.
    """
    environment = {**os.environ, **(env or {})}
    paths = [str(_CHECKOUT), environment.get("PYTHONPATH", "")]
    environment["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
    child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        crawl_command(run_id, max_pages=max_pages), env=environment, stdin=subprocess.DEVNULL
    )
    try:
        while True:
            try:
                return child.wait(timeout=every_s)
            except subprocess.TimeoutExpired:
                if on_progress is not None:
                    on_progress()
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
