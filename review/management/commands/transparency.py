from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from review.transparency.computing import tables
from review.transparency.reading import Period, facts_of
from review.transparency.writing import files_of, write_files


class Command(BaseCommand):
    help = "The transparency report of a period: figures alone, as HTML, CSV and JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="first", required=True, metavar="DATE", help="first day")
        parser.add_argument("--to", dest="last", required=True, metavar="DATE", help="last day")
        parser.add_argument(
            "--output", type=Path, required=True, metavar="DIR", help="folder of the files"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        period = Period.of(options["first"], options["last"], timezone.get_default_timezone())
        unit = settings.NARCOWATCH.blocking.authority.unit
        files = files_of(unit, period.first, period.last, tables(facts_of(period)))
        write_files(options["output"], files)
        for name in files:
            self.stdout.write(str(options["output"] / name))
