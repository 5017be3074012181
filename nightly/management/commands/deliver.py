from __future__ import annotations

from argparse import ArgumentParser
from functools import partial
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from blocking.apps import checked_export_plan, seal_of, ways_of
from nightly.delivering import deliver
from nightly.report_deliveries import undelivered


class Command(BaseCommand):
    help = "Sign releases and bring them to their recipients, where that is due."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--now", action="store_true", help="try those again that wait for their next attempt"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        values = settings.NARCOWATCH
        counted = deliver(
            values.data_dir,
            checked_export_plan(values),
            ways_of(values),
            partial(seal_of, values),
            at_once=options["now"],
        )
        for (name, reason), n in sorted(counted.items()):
            self.stdout.write(f"{name}: {n} {reason}")
        if not counted:
            self.stdout.write("nothing to deliver")
        for line in undelivered():
            self.stderr.write(line)
        if any(name == "failed" for name, _ in counted):
            raise SystemExit(1)
