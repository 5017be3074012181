"""A console in a process of its own, people at it, and what came of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.analysts.analyst import Analyst, Shift
from bench.record.shapes import PASSWORD
from config.schema import CHECKOUT
from domain.clock import iso
from tests.review.console.served import await_answer, free_port

_STOPS_WITHIN_S = 120
_NEWEST = """
import django; django.setup()
from cases.models import DecisionRow
from django.db.models import Max
print(DecisionRow.every.aggregate(n=Max("pk"))["n"] or 0)
"""


def environment_of(data: Path, database: str = "") -> dict[str, str]:
    """The settings of a record in ``data``, or of ``database``, a PostgreSQL URL."""
    more = {"NARCOWATCH_DATABASE__URL": database} if database else {}
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("NARCOWATCH")},
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "NARCOWATCH_DATA_DIR": str(data),
        "NARCOWATCH_CONFIG": "",
        **more,
    }


def filled(environ: Mapping[str, str], cases: int, captures: int, indexed: int = 0) -> Any:
    """Fill the record of ``environ``; what the generator says of it."""
    size = ("--cases", str(cases), "--captures", str(captures), "--indexed", str(indexed))
    return json.loads(_run(environ, "-m", "bench.record", *size))


def shift(
    environ: Mapping[str, str], *, people: int, seconds: float, think: float
) -> dict[str, Any]:
    """Have so many people decide for so long, and hold what they saw against the record."""
    newest = _run(environ, "-c", _NEWEST).strip()
    began = iso(datetime.now(UTC))
    port = free_port()
    log = Path(environ["NARCOWATCH_DATA_DIR"]) / "console.log"
    with log.open("wb") as out:
        console = subprocess.Popen(
            [sys.executable, "-m", "nightly.cli", "console", "--listen", f"127.0.0.1:{port}"],
            env=dict(environ), cwd=CHECKOUT, stdout=out, stderr=out,
        )  # fmt: skip
    try:
        url = f"http://127.0.0.1:{port}"
        await_answer(url, console, log)
        shifts = _work(url, people, seconds, think)
        figures = _figures(shifts)
        print(json.dumps(figures, ensure_ascii=False), file=sys.stderr, flush=True)
    finally:
        stopping = time.monotonic()
        console.terminate()
        console.wait(_STOPS_WITHIN_S)
        stopped = round(time.monotonic() - stopping, 1)
    told = json.dumps([asdict(one) for one in shifts])
    checked = json.loads(_run(environ, "-m", "bench.analysts.checking", newest, began, given=told))
    return {**figures, **checked, "stopped_s": stopped, "log": log.read_text()[-2_000:]}


def _work(url: str, people: int, seconds: float, think: float) -> list[Shift]:
    until = time.monotonic() + seconds
    staff = [Analyst(url, f"analyst{n}", PASSWORD, think) for n in range(1, people + 1)]
    with ThreadPoolExecutor(people) as pool:
        return list(pool.map(lambda one: one.work(until), staff))


def _figures(shifts: list[Shift]) -> dict[str, Any]:
    took: dict[str, list[float]] = {}
    for one in shifts:
        for what, seconds in one.took.items():
            took.setdefault(what, []).extend(seconds)
    return {
        "people": len(shifts),
        "given": sum(len(one.held) for one in shifts),
        "verdicts": sum(not said.undone for one in shifts for said in one.said),
        "undone": sum(said.undone for one in shifts for said in one.said),
        "taken": sum(one.taken for one in shifts),
        "refused": sum(one.refused for one in shifts),
        "empty": sum(one.empty for one in shifts),
        "wrong": [line for one in shifts for line in one.wrong],
        "requests": sum(map(len, took.values())),
        "p95_ms": {
            what: round(1_000 * sorted(seconds)[int(0.95 * len(seconds))])
            for what, seconds in sorted(took.items())
        },
    }


def _run(environ: Mapping[str, str], *arguments: str, given: str | None = None) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], env=dict(environ), cwd=CHECKOUT, input=given,
        stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return done.stdout
