from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from cases.presence import chain_there
from domain.counting import counted
from domain.defang import printable
from review import bundles
from review.apps import authority_of


class Command(BaseCommand):
    help = "Verify an evidence bundle, also against the audit chain here, if there is one."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR", help="the bundle's folder")

    def handle(self, *args: Any, **options: Any) -> None:
        authority = authority_of(settings.NARCOWATCH)
        found = bundles.verify(options["folder"], authority, chain=chain_there())
        for problem in found.problems:
            self.stderr.write(printable(problem))
        if found.problems:
            self.stderr.write(f"bundle BROKEN: {counted(len(found.problems), 'problem')}")
            raise SystemExit(1)
        for note in found.notes:
            self.stdout.write(printable(note))
        self.stdout.write("bundle holds")
