from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from nightly.apps import plan_of
from nightly.lock import only_one
from nightly.retention import let_go, would_go


class Command(BaseCommand):
    help = "Erase what has been kept long enough, as every night does; --dry-run only tells."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        plan = plan_of(settings.NARCOWATCH)
        if options["dry_run"]:
            counted = would_go(plan)
        else:
            with only_one(plan.data_dir / "night.lock"):
                counted = let_go(plan)
        heading = {
            "out": "would go" if options["dry_run"] else "gone",
            "skipped": "stays",
            "failed": "FAILED",
        }
        for (name, reason), n in counted.items():
            self.stdout.write(f"{heading[name]:9}  {n:9}  {reason}")
        if not any(name in {"out", "failed"} for name, _ in counted):
            self.stdout.write("nothing is due")
        if any(name == "failed" for name, _ in counted):
            raise SystemExit(1)
