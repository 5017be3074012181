"""``python -m bench [NAME ...]``: run measurements and print their figures as JSON.

Figures are ratios of things measured side by side in one run; absolute ones say what this
machine did today.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from bench import focus, growth, mirrors, pipeline, snowball


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
    "snowball": snowball.measure,
}


def main() -> int:
    """Run the measurements named, or all of them."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(MEASURES))
    names = parser.parse_args().names or list(MEASURES)
    if unknown := [name for name in names if name not in MEASURES]:
        parser.error(f"no measurement {unknown[0]!r}; there are {', '.join(MEASURES)}")
    machine = f"{platform.machine()}, Python {platform.python_version()}"
    print(json.dumps({"at": datetime.now(UTC).isoformat(timespec="seconds"), "on": machine}))
    for name in names:
        print(json.dumps({name: MEASURES[name]()}, ensure_ascii=False), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
