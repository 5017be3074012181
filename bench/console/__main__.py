"""``python -m bench.console``: the pages over a record of any size; ``make bench`` has a small."""

from __future__ import annotations

import argparse
import json
import sys

from bench.console.comparing import measure


def main() -> int:
    """Fill, ask, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.console", description=__doc__)
    parser.add_argument("--cases", type=int, default=200_000)
    parser.add_argument("--captures", type=int, default=2_000_000)
    parser.add_argument("--asked", type=int, default=200, help="times that each page is asked for")
    given = parser.parse_args()
    print(json.dumps(measure(given.cases, given.captures, given.asked), indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
