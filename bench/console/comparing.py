"""The pages over a large record beside those over a small one, on each engine that is here.

A case of the small record has as many captures as one of the large: what differs is how many cases
there are.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.analysts.running import environment_of, filled
from config.schema import CHECKOUT
from tests import postgres

CASES, CAPTURES, SMALL = 10_000, 100_000, 500
_ASKED = 100
_INDEXED = 20_000
#: What the issue of the console is held to; the rest is reported.
PROMISED = ("queue: next case", "queue: ahead", "case", "search")
#: As a house would set its server up, but for what the death of the machine would cost.
SERVER = {"shared_buffers": "512MB", "max_wal_size": "4GB", "fsync": "off"}
Figures = dict[str, Any]


def measure(cases: int = CASES, captures: int = CAPTURES, asked: int = _ASKED) -> Figures:
    """Milliseconds by page, and the ratio of the 95th percentiles; ``worst`` is the largest of a
    page that is promised to be no more than thrice as slow."""
    found: Figures = {"cases": [SMALL, cases], "captures": [_of_small(cases, captures), captures]}
    with tempfile.TemporaryDirectory() as folder, engines(Path(folder)) as there:
        for engine, environs in there.items():
            found[engine] = compared(*environs, cases, captures, asked)
    ratios = [found[engine][page]["ratio"] for engine in there for page in PROMISED]
    return {**found, "worst": max(ratios)}


@contextmanager
def engines(folder: Path) -> Iterator[dict[str, tuple[Mapping[str, str], Mapping[str, str]]]]:
    """Settings of a small and a large record below ``folder``, by engine."""
    lite = [environment_of(_made(folder / f"sqlite-{size}")) for size in ("small", "large")]
    there = {"sqlite": (lite[0], lite[1])}
    if not postgres.available():
        yield there
        return
    with postgres.serving(SERVER) as server:
        kept = [
            environment_of(_made(folder / f"postgresql-{size}"), server.create(size))
            for size in ("small", "large")
        ]
        yield {**there, "postgresql": (kept[0], kept[1])}


def compared(
    small: Mapping[str, str], large: Mapping[str, str], cases: int, captures: int, asked: int
) -> Figures:
    """Fill both records and ask for their pages."""
    filled(small, SMALL, _of_small(cases, captures), _INDEXED)
    filled(large, cases, captures, _INDEXED)
    return ratios(asked_of(small, asked), asked_of(large, asked))


def ratios(small: Figures, large: Figures) -> Figures:
    """Both beside each other, by page."""
    return {
        page: {
            "small_p95_ms": small[page]["p95_ms"],
            "p95_ms": figures["p95_ms"],
            "ratio": round(figures["p95_ms"] / small[page]["p95_ms"], 2),
        }
        for page, figures in large.items()
        if page in small
    }


def asked_of(environ: Mapping[str, str], asked: int) -> Figures:
    """Figures of every page over the record of ``environ``."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.console.measuring", str(asked)], env=dict(environ),
        cwd=CHECKOUT, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    figures: Figures = json.loads(done.stdout)
    return figures


def _of_small(cases: int, captures: int) -> int:
    return captures * SMALL // cases


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
