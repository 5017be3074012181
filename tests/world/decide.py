"""``python -m tests.world.decide LIMITS.json`` decides; ``--release`` lets the last export out."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import django


def main(arguments: list[str]) -> int:
    """Decide what waits in the sample world, or release what was built from it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.conf import settings

    from index.following import following
    from tests.world import reviewers

    if arguments == ["--release"]:
        print(reviewers.release_last())
        return 0
    limits = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    chosen = settings.NARCOWATCH
    with following(chosen.index.url, chosen.data_dir / "index", print):
        counts = reviewers.review_all(
            reviewers.WorldLimits(frozenset(limits["onions"]), frozenset(limits["channels"]))
        )
    print("demo reviewers: " + ", ".join(f"{name} {n}" for name, n in counts.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
