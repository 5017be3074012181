from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from blocking.manifest import verify
from domain.defang import printable


class Command(BaseCommand):
    help = "Verify an export's folder against its manifest; needs no database."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR", help="the export's folder")

    def handle(self, *args: Any, **options: Any) -> None:
        seen = verify(options["folder"])
        for problem in seen.problems:
            self.stderr.write(printable(problem))
        if seen.problems:
            self.stderr.write(f"export BROKEN: {len(seen.problems)} problems")
            raise SystemExit(1)
        follows = f"follows {seen.previous.number}" if seen.previous else "the first"
        self.stdout.write(
            f"export {seen.recipient}/{seen.number} holds ({follows}): {seen.files} files, "
            f"manifest {seen.sha256}"
        )
