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
from review.dossier import checking


class Command(BaseCommand):
    help = "Verify an evidence bundle or a dossier, also against the audit chain here, if any."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR", help="a bundle, or a dossier")

    def handle(self, *args: Any, **options: Any) -> None:
        authority = authority_of(settings.NARCOWATCH)
        folder = options["folder"]
        dossier = checking.is_of_a_dossier(folder)
        verify = checking.verify if dossier else bundles.verify
        found = verify(folder, authority, chain=chain_there())
        what = "dossier" if dossier else "bundle"
        for problem in found.problems:
            self.stderr.write(printable(problem))
        if found.problems:
            self.stderr.write(f"{what} BROKEN: {counted(len(found.problems), 'problem')}")
            raise SystemExit(1)
        for note in found.notes:
            self.stdout.write(printable(note))
        self.stdout.write(f"{what} holds")
