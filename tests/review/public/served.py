"""The public process as strangers meet it: the command, its children, a data directory."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from config.schema import CHECKOUT
from tests.review.console.served import free_port

_STARTS_WITHIN_S = 240
_FIELD = re.compile(r'name="(csrfmiddlewaretoken|once)" value="([^"]+)"')
NUMBER = re.compile(r'<p class="number">([0-9A-Z-]+)</p>')


class Public:
    """A running public process: ``url``, ``pid`` and the data directory ``data``."""

    def __init__(self, data: Path, environ: Mapping[str, str], port: int, pid: int) -> None:
        self.data, self.environ, self.pid = data, environ, pid
        self.url = f"http://127.0.0.1:{port}"

    def visitor(self, address: str = "198.51.100.7", **headers: str) -> httpx.Client:
        """A browser at ``address``, as the server in front tells it."""
        told = {"X-Forwarded-For": address, "Accept-Language": "en", **headers}
        return httpx.Client(base_url=self.url, headers=told, timeout=30)

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What its database answers to SQL."""
        file = self.data / "intake" / "intake.sqlite3"
        connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
        try:
            return connection.execute(query, values).fetchall()
        finally:
            connection.close()

    def command(self, *arguments: str) -> str:
        """What one of our commands says."""
        done = subprocess.run(
            [sys.executable, "-m", "nightly.cli", *arguments],
            env=self.environ, cwd=CHECKOUT, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return done.stdout


def fill(browser: httpx.Client, page: str, **given: str) -> httpx.Response:
    """Open a form and send it as a browser does."""
    hidden = dict(_FIELD.findall(browser.get(page).text))
    return browser.post(page, data={**hidden, **given})


def number_in(answer: httpx.Response) -> str:
    """The number that a page hands out."""
    found = NUMBER.search(answer.text)
    assert found, answer.text
    return found[1]


@contextmanager
def publishing(data: Path, **settings: str) -> Iterator[Public]:
    """The public process over the data directory ``data``."""
    data.mkdir(exist_ok=True)
    port = free_port()
    environ = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "NARCOWATCH_DATA_DIR": str(data),
        "NARCOWATCH_CONFIG": "",
        **settings,
    }
    log = data.parent / "public.log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "nightly.cli", "intake", "--listen", f"127.0.0.1:{port}"],
            env=environ, cwd=CHECKOUT, stdout=stream, stderr=stream,
        )  # fmt: skip
    public = Public(data, environ, port, process.pid)
    try:
        _await(public.url, process, log)
        yield public
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _await(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + _STARTS_WITHIN_S
    while time.monotonic() < until:
        try:
            httpx.get(f"{url}/", timeout=5)
            return
        except httpx.TransportError:
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
    raise AssertionError(f"no answer within {_STARTS_WITHIN_S} s: {log.read_text()}")
