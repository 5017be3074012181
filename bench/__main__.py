"""``python -m bench [NAME ...]``: run measurements and print their figures as JSON.

Figures are ratios of things measured side by side in one run; absolute ones say what this
machine did today.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from bench import (
    advertisers,
    analysts,
    cascade,
    deltas,
    exports,
    focus,
    growth,
    mirrors,
    pipeline,
    preview,
    scoring,
    snowball,
    telegram,
)
from bench.console import comparing as console


def _advertisers() -> dict[str, Any]:
    """Prints its own tables."""
    advertisers.main()
    return {}


def _mirrors() -> dict[str, Any]:
    """Prints its own tables."""
    mirrors.main()
    return {}


MEASURES: dict[str, Callable[[], dict[str, Any]]] = {
    "pipeline": pipeline.measure,
    "focus": focus.measure,
    "restart": growth.restart,
    "growth": growth.measure,
    "mirrors": _mirrors,
    "preview": preview.measure,
    "advertisers": _advertisers,
    "snowball": snowball.measure,
    "telegram": telegram.measure,
    "cascade": cascade.measure,
    "scoring": scoring.measure,
    "console": console.measure,
    "analysts": analysts.measure,
    "exports": exports.measure,
    "deltas": deltas.measure,
}


#: What ratios must not fall below, and ratios and growths not exceed: by measurement, figures and
#: their bounds.
AT_LEAST = {
    "pipeline": {"ratio": 0.4},
    "focus": {"ratio": 3.0},
    "cascade": {"ratio": 4.0},
}
AT_MOST = {
    "growth": {"growth_mb": 150.0},
    "cascade": {"path_times_bare": 1.3},
    "scoring": {"growth_mb": 50.0},
    "telegram": {"reading": 1.3, "storing": 3.0, "growth_mb": 20.0},
    "console": {"worst": 3.0},
    "analysts": {"wrong": 0.0},
    "exports": {"worst": 3.0, "growth_mb": 20.0},
    "deltas": {"share": 0.25},
}


def missed(name: str, figures: Mapping[str, Any]) -> str:
    """Which bounds a measurement missed, in words; empty where it kept all."""
    said = [
        f"{figure} is {figures[figure]:.2f}, less than {bound:g}"
        for figure, bound in AT_LEAST.get(name, {}).items()
        if figures[figure] < bound
    ]
    said += [
        f"{figure} is {figures[figure]:.2f}, more than {bound:g}"
        for figure, bound in AT_MOST.get(name, {}).items()
        if figures[figure] > bound
    ]
    return f"{name}: {'; '.join(said)}" if said else ""


def main() -> int:
    """Run the measurements named, or all of them. Returns 1 where one missed its bound."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(MEASURES))
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="a text pack, for cascade: its untrained rows"
    )
    given = parser.parse_args()
    names = given.names or list(MEASURES)
    measures = {**MEASURES, "cascade": partial(cascade.measure, data=given.data)}
    if unknown := [name for name in names if name not in MEASURES]:
        parser.error(f"no measurement {unknown[0]!r}; there are {', '.join(MEASURES)}")
    machine = f"{platform.machine()}, Python {platform.python_version()}"
    print(json.dumps({"at": datetime.now(UTC).isoformat(timespec="seconds"), "on": machine}))
    below = []
    for name in names:
        figures = measures[name]()
        print(json.dumps({name: figures}, ensure_ascii=False), flush=True)
        below.append(missed(name, figures))
    for line in filter(None, below):
        print(line, file=sys.stderr)
    return 1 if any(below) else 0


if __name__ == "__main__":
    sys.exit(main())
