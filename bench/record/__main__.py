"""``python -m bench.record``: fill the record that the settings name, which must be empty."""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from datetime import UTC, datetime

import django


def main() -> int:
    """Migrate, fill, and say what was written, how long it took, and how much memory."""
    parser = argparse.ArgumentParser(prog="python -m bench.record", description=__doc__)
    parser.add_argument("--cases", type=int, default=200_000)
    parser.add_argument("--captures", type=int, default=2_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--indexed", type=int, default=0, help="cases to index, the newest")
    given = parser.parse_args()
    django.setup()
    from bench.record.command import fill

    started = time.monotonic()
    ends = datetime.now(UTC).replace(microsecond=0)
    report = fill(given.cases, given.captures, given.seed, ends, given.indexed, _say)
    report["seconds"] = round(time.monotonic() - started, 1)
    report["peak_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3)
    print(json.dumps(report))
    return 0


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
