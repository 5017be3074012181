"""``python -m bench.analysts``: so many people at one console, on each engine that is here."""

from __future__ import annotations

import argparse
import json
import sys

from bench.analysts import ENGINES, measure


def main() -> int:
    """Fill, work, print. Returns 1 where something was wrong, given twice or lost."""
    parser = argparse.ArgumentParser(prog="python -m bench.analysts", description=__doc__)
    parser.add_argument("--people", type=int, default=30)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--think", type=float, default=2.0, help="seconds before each verdict")
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--on", nargs="+", default=ENGINES, choices=ENGINES)
    given = parser.parse_args()
    found = measure(
        people=given.people,
        minutes=given.minutes,
        think=given.think,
        cases=given.cases,
        on=given.on,
    )
    print(json.dumps(found, indent=1, ensure_ascii=False))
    return 1 if found["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
