"""Measures the pages over the record of this process's settings.

``python -m bench.console.measuring COUNT [PART …]`` prints milliseconds and numbers of SQL
queries by page, as JSON.
"""

from __future__ import annotations

import json
import logging
import statistics
import sys
from itertools import islice
from random import Random
from typing import Any

import django

_WARM_UP = 3


def measure(count: int, parts: list[str]) -> dict[str, Any]:
    """Figures of the pages whose names begin with one of ``parts``; without any, of all."""
    from bench.console.tour import TOURS, indexed

    found: dict[str, Any] = {}
    for name, tour in TOURS.items():
        if (parts and not name.startswith(tuple(parts))) or (name == "search" and not indexed()):
            continue
        answers = [*islice(tour(Random(name)), count + _WARM_UP)][_WARM_UP:]
        wrong = {one.status for one in answers} - {200, 302}
        assert not wrong, (name, wrong)
        took = sorted(1_000 * one.seconds for one in answers)
        worked = sorted(1_000 * one.working for one in answers)
        found[name] = {
            "p50_ms": round(statistics.median(took), 1),
            "p95_ms": round(took[int(0.95 * len(took))], 1),
            "cpu_p95_ms": round(worked[int(0.95 * len(worked))], 1),
            "most_ms": round(took[-1], 1),
            "asked": len(took),
            "queries": sorted({one.queries for one in answers}),
        }
        print(f"{name}: {found[name]}", file=sys.stderr, flush=True)
    return found


def forget() -> None:
    """Take back the authenticators that nobody has."""
    from django_otp.plugins.otp_totp.models import TOTPDevice

    from bench.console.asking import DEVICE

    TOTPDevice.objects.filter(name=DEVICE).delete()


def main() -> int:
    count, *parts = sys.argv[1:]
    django.setup()
    logging.disable(logging.ERROR)
    try:
        found = measure(int(count), parts)
    finally:
        forget()
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
