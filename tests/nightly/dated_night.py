"""Started as a process of its own: crawls that believe it is another day.

Each line of standard input is ``DAY SEEDS``: days since the first of March 2026, and a seeds file.
For each it writes one line: the report as JSON.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import django

FIRST = datetime(2026, 3, 1, 20, tzinfo=UTC)


def main() -> None:
    django.setup()
    from django.conf import settings

    from nightly.apps import plan_of
    from nightly.night import run_night
    from nightly.progress import Quiet
    from nightly.running import read_seeds
    from nightly.seed_files import with_files
    from nightly.stages import CRAWL

    plan = plan_of(settings.NARCOWATCH)
    for line in sys.stdin:
        day, _, seeds = line.strip().partition(" ")
        now = FIRST + timedelta(days=float(day))
        path = Path(seeds) if Path(seeds).stat().st_size else None
        listed = with_files(read_seeds(path), path, plan.files, clock=lambda now=now: now)
        report = run_night("crawl", CRAWL, plan, listed, Quiet(), clock=lambda now=now: now)
        print(json.dumps(report.as_json(), ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
