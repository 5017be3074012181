from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from domain.counting import counted
from domain.defang import printable
from review import bundles
from review.apps import authority_of


class Command(BaseCommand):
    help = "Verify an evidence bundle, also against this installation's audit chain and authority."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR", help="the bundle's folder")

    def handle(self, *args: Any, **options: Any) -> None:
        found = bundles.verify(options["folder"], authority_of(settings.NARCOWATCH))
        for problem in found.problems:
            self.stderr.write(printable(problem))
        if found.problems:
            self.stderr.write(f"bundle BROKEN: {counted(len(found.problems), 'problem')}")
            raise SystemExit(1)
        for note in found.notes:
            self.stdout.write(printable(note))
        self.stdout.write("bundle holds")
