"""A crawl as a user has it: a data directory, child processes, and the record they leave."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Place:
    """A data directory of its own; ``port`` serves every ``*.test``."""

    data: Path
    port: int
    settings: dict[str, str] = field(default_factory=dict)
    overrides: dict[str, str] = field(
        default_factory=lambda: {"refused.test": "10.1.2.3", "closed.test": "127.0.0.1:1"}
    )

    @property
    def env(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if "NARCOWATCH_" not in key}
        networks = [{"name": "world", "cidr": "127.0.0.0/8", "hosts": ["*.test"]}]
        return {
            **kept,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "NARCOWATCH_DATA_DIR": str(self.data),
            "NARCOWATCH_NET__TEST_NETWORKS": json.dumps(networks),
            "NARCOWATCH_NET__RESOLVER_OVERRIDES": json.dumps(
                {"*.test": f"127.0.0.1:{self.port}", **self.overrides}
            ),
            "NARCOWATCH_NET__TIMEOUT_S": "3",
            "NARCOWATCH_CRAWL__DELAY_S": "0",
            "NARCOWATCH_CRAWL__CONCURRENCY_PER_HOST": "4",
            "NARCOWATCH_CRAWL__FAVICONS": "false",  # most tests list what was asked for
            "NARCOWATCH_CRAWL__CONCURRENCY_PER_ADDRESS": "64",  # every host is on loopback
            "NARCOWATCH_CRAWL__SITE_HINTS": "false",
            "NARCOWATCH_TOR__SOCKS": "127.0.0.1:1",
            **self.settings,
        }

    def begin(self, *urls: str) -> int:
        """A run over these seeds. Returns its number."""
        return int(self._python("-m", "tests.crawlers.starting", *urls).strip())

    def _python(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            env=self.env,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def crawl(self, run: int, *, code: int = 0) -> str:
        """Crawl and expect the exit code. Returns what was written to stderr."""
        child = self.start(run)
        _, errors = child.communicate(timeout=120)
        assert child.returncode == code, (child.returncode, errors)
        return errors

    def start(self, run: int) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "crawlers", str(run)],
            env=self.env,
            cwd=self.data,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @contextmanager
    def database(self) -> Iterator[sqlite3.Connection]:
        """The record itself; what is done is committed at the end."""
        database = sqlite3.connect(self.data / "narcowatch.sqlite3", timeout=30)
        database.row_factory = sqlite3.Row
        try:
            with database:
                yield database
        finally:
            database.close()

    def rows(self, query: str, *values: Any) -> list[sqlite3.Row]:
        with self.database() as database:
            return database.execute(query, values).fetchall()

    def captures(self, run: int) -> dict[str, sqlite3.Row]:
        """What was fetched in a run by URL, each URL once; rendered pages stand apart, and so do
        pages that were asked for again."""
        only = "rendered = 0 and again = 0"
        rows = self.rows(f"select * from cases_capture where run_id = ? and {only}", run)
        found = {row["url"]: row for row in rows}
        assert len(found) == len(rows)
        return found

    def outcomes(self, run: int) -> dict[str, str]:
        return {url: row["outcome"] for url, row in self.captures(run).items()}

    def counts(self, run: int, name: str) -> Counter[str]:
        rows = self.rows(
            "select reason, sum(n) n from cases_runcount where run_id = ? and stage = 'crawl'"
            " and name = ? group by reason",
            run,
            name,
        )
        return Counter({row["reason"]: row["n"] for row in rows})

    def requests(self, run: int) -> int:
        """Requests that the record knows of, lost ones included."""
        (row,) = self.rows("select sum(requests) n from cases_capture where run_id = ?", run)
        captured = row["n"] or 0
        return captured + self.counts(run, "refetched").total()
