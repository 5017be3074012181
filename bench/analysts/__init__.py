"""Many analysts at one console: nothing fails, nothing is given twice, nothing is lost."""

from __future__ import annotations

import tempfile
from collections.abc import Collection
from pathlib import Path
from typing import Any

from bench.analysts.running import environment_of, filled, shift
from tests import postgres

ENGINES = ("sqlite", "postgresql")
_FAULTS = ("wrong", "given_twice", "lost_or_doubled", "chain", "contradictions")


def measure(
    *,
    people: int = 30,
    minutes: float = 0.5,
    think: float = 2.0,
    cases: int = 3_000,
    on: Collection[str] = ENGINES,
) -> dict[str, Any]:
    """What came of so many people's work, by engine; ``wrong`` counts all that should not be."""
    found: dict[str, Any] = {"wrong": 0}
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        if "sqlite" in on:
            there = environment_of(_made(data / "sqlite"))
            found["sqlite"] = _worked(there, people, minutes, think, cases)
        if "postgresql" in on and postgres.available():
            with postgres.serving() as server:
                there = environment_of(_made(data / "postgresql"), server.create("record"))
                found["postgresql"] = _worked(there, people, minutes, think, cases)
    engines = [found[name] for name in ENGINES if name in found]
    found["wrong"] = sum(len(one[fault]) for one in engines for fault in _FAULTS)
    return found


def _worked(
    environ: dict[str, str], people: int, minutes: float, think: float, cases: int
) -> dict[str, Any]:
    filled(environ, cases, 3 * cases)
    return shift(environ, people=people, seconds=60 * minutes, think=think)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
