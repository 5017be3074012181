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
from statistics import median
from typing import Any

from bench.analysts.running import environment_of, filled
from bench.console.measuring import Asked
from bench.console.pages import PAGES
from config.schema import CHECKOUT
from tests import postgres

CASES, CAPTURES, SMALL = 10_000, 100_000, 500
_ASKED = 100
_TURNS = 10
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
    ratios = [found[engine][page]["p95"] for engine in there for page in PROMISED]
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
    return in_turns(small, large, asked)


def in_turns(small: Mapping[str, str], large: Mapping[str, str], asked: int) -> Figures:
    """Every page of both records, asked for in turns, so that whatever else the machine does meets
    both alike."""
    found: Figures = {}
    with _Child(small) as little, _Child(large) as much:
        for page in PAGES:
            took: tuple[list[Asked], list[Asked]] = ([], [])
            for _ in range(_TURNS):
                took[0].extend(little.ask(page, asked // _TURNS))
                took[1].extend(much.ask(page, asked // _TURNS))
            found[page] = beside(*took)
            print(json.dumps({page: found[page]}), file=sys.stderr, flush=True)
    return found


def beside(small: list[Asked], large: list[Asked]) -> Figures:
    """Both beside each other; ratios are of the large record's to the small one's."""
    few, many = _figures(small), _figures(large)
    ratios = {name: round(many[f"{name}_ms"] / few[f"{name}_ms"], 2) for name in ("p50", "p95")}
    return {"small": few, "large": many, **ratios}


def _figures(took: list[Asked]) -> Figures:
    whole, own = sorted(one[0] for one in took), sorted(one[1] for one in took)
    return {
        "p50_ms": round(median(whole), 1),
        "p95_ms": round(whole[int(0.95 * len(whole))], 1),
        "own_p95_ms": round(own[int(0.95 * len(own))], 1),
        "queries": [min(one[2] for one in took), max(one[2] for one in took)],
    }


class _Child:
    """A process that asks for pages over one record."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.console.measuring"], env=dict(environ), cwd=CHECKOUT,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def __enter__(self) -> _Child:
        return self

    def __exit__(self, *error: object) -> None:
        self._process.communicate()

    def ask(self, page: str, count: int) -> list[Asked]:
        """Ask for a page so many times."""
        there, back = self._process.stdin, self._process.stdout
        assert there is not None
        assert back is not None
        there.write(json.dumps([page, count]) + "\n")
        there.flush()
        line = back.readline()
        assert line, f"{page}: the process that asked for it has ended"
        return [(whole, own, queries) for whole, own, queries in json.loads(line)]


def _of_small(cases: int, captures: int) -> int:
    return captures * SMALL // cases


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
