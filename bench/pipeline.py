"""The whole pipeline against a bare Scrapy spider on the same pages of the same server.

The pipeline fetches, extracts, scores, writes WARC and record; the spider only follows links.
Both take turns, and each pair gives one ratio.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from bench.server import Running, host_of, running

PAGES, CONCURRENCY, PER_HOST = 3_000, 16, 4


def measure(rounds: int = 3, pages: int = PAGES) -> dict[str, Any]:
    """Pages per second of both, in each round, and the median of the ratios."""
    rows = [
        {"bare": _bare(seed, pages), "pipeline": pipeline(seed, pages)["pages_per_s"]}
        for seed in range(1, rounds + 1)
    ]
    ratios = [row["pipeline"] / row["bare"] for row in rows]
    return {"pages": pages, "rounds": rows, "ratios": ratios, "ratio": median(ratios)}


def _bare(seed: int, pages: int) -> float:
    with running(seed, pages * 2) as server:
        numbers = (server.port, pages, CONCURRENCY, PER_HOST)
        done = subprocess.run(
            [sys.executable, "-m", "bench.bare", server.root, *map(str, numbers)],
            capture_output=True,
            text=True,
            check=True,
        )
    assert int(done.stdout) >= pages, done.stdout
    return _rate(server)


def _rate(server: Running) -> float:
    assert server.log["missing"] == 0
    return server.log["served"] / server.log["seconds"]


def pipeline(seed: int, pages: int, **more: str) -> dict[str, Any]:
    """Crawl ``pages`` pages of a graph twice as large, in a data directory of its own."""
    with tempfile.TemporaryDirectory() as folder, running(seed, pages * 2) as server:
        environment = environment_of(Path(folder), server, pages, **more)
        begun = subprocess.run(
            [sys.executable, "-m", "tests.crawlers.starting", server.root],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        started = time.monotonic()
        subprocess.run(
            [sys.executable, "-m", "crawlers", begun.stdout.strip()], env=environment, check=True
        )
        wall = time.monotonic() - started
    return {"pages_per_s": _rate(server), "wall_s": wall, "served": server.log["served"]}


def environment_of(folder: Path, server: Running, pages: int, **more: str) -> dict[str, str]:
    """Settings for a crawl of ``server`` that keeps everything under ``folder``."""
    networks = [{"name": "bench", "cidr": "127.0.0.0/8", "hosts": ["*.test"]}]
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("NARCOWATCH_")},
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "NARCOWATCH_CONFIG": "",
        "NARCOWATCH_DATA_DIR": str(folder),
        "NARCOWATCH_NET__TEST_NETWORKS": json.dumps(networks),
        "NARCOWATCH_NET__RESOLVER_OVERRIDES": json.dumps({"*.test": f"127.0.0.1:{server.port}"}),
        "NARCOWATCH_TOR__ENABLED": "off",
        "NARCOWATCH_CRAWL__MAX_PAGES": str(pages),
        "NARCOWATCH_CRAWL__MAX_PAGES_PER_NEW_SITE": "200",
        "NARCOWATCH_CRAWL__MAX_NEW_SITES": "100000",
        "NARCOWATCH_CRAWL__MAX_SITE_HOPS": "100",
        "NARCOWATCH_CRAWL__MAX_DEPTH": "100",
        "NARCOWATCH_CRAWL__DELAY_S": "0",
        "NARCOWATCH_CRAWL__CONCURRENCY": str(CONCURRENCY),
        "NARCOWATCH_CRAWL__CONCURRENCY_PER_HOST": str(PER_HOST),
        "NARCOWATCH_CRAWL__CONCURRENCY_PER_ADDRESS": str(CONCURRENCY),  # all is on one address
        # the spider asks for pages alone
        "NARCOWATCH_CRAWL__FAVICONS": "false",
        "NARCOWATCH_CRAWL__SITE_HINTS": "false",
        "NARCOWATCH_CRAWL__RENDER": "off",
        **more,
    }
    subprocess.run(
        [sys.executable, "-m", "nightly.cli", "migrate", "--verbosity", "0"],
        env=environment,
        check=True,
    )
    assert host_of(server.root).endswith(".test")
    return environment
