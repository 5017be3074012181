"""The console as its users have it: the command, its processes, a record in a file."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from config.schema import CHECKOUT

_STARTS_WITHIN_S = 60
#: For a console whose sessions serve many tests: on a slow machine a worker may come back to one
#: after more than half an hour.
AWAKE = {"NARCOWATCH_REVIEW__IDLE_MINUTES": "1440"}


class Served:
    """A running console: ``url``, and ``data`` with its record."""

    def __init__(self, data: Path, environ: Mapping[str, str], port: int) -> None:
        self.data, self.environ = data, environ
        self.url = f"http://127.0.0.1:{port}"

    def seed(self, what: str, *arguments: str) -> Any:
        """What a function of ``seeding`` made."""
        program = [sys.executable, "-m", "tests.review.console.seeding", what, *arguments]
        done = subprocess.run(
            program, env=self.environ, cwd=CHECKOUT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What the record answers to SQL."""
        connection = sqlite3.connect(f"file:{self.data}/narcowatch.sqlite3?mode=ro", uri=True)
        try:
            return connection.execute(query, values).fetchall()
        finally:
            connection.close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def new_record(folder: Path) -> Path:
    """A data directory with an empty record."""
    _command(_environ(folder), "migrate", "--verbosity", "0")
    return folder


@contextmanager
def serving(empty: Path, data: Path, **settings: str) -> Iterator[Served]:
    """The console over a copy of the ``empty`` data directory."""
    shutil.copytree(empty, data)
    port = free_port()
    environ = _environ(data) | settings
    with (data / "console.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "nightly.cli", "console", "--listen", f"127.0.0.1:{port}"],
            env=environ, cwd=CHECKOUT, stdout=log, stderr=log,
        )  # fmt: skip
    served = Served(data, environ, port)
    try:
        await_answer(served.url, process, data / "console.log")
        yield served
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def await_answer(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + _STARTS_WITHIN_S
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{url}/sign-in", timeout=5):
                return
        except OSError:
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
    raise AssertionError(f"no answer within {_STARTS_WITHIN_S} s: {log.read_text()}")


def _environ(data: Path) -> dict[str, str]:
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "NARCOWATCH_DATA_DIR": str(data),
        "NARCOWATCH_CONFIG": "",
    }


def _command(environ: Mapping[str, str], *arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "nightly.cli", *arguments], env=environ, cwd=CHECKOUT, check=True
    )
