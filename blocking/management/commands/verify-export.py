from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from blocking.manifest import verify
from blocking.signing.checking import check_seal
from blocking.signing.pem import certificates_in, read
from domain.clock import utc_now
from domain.defang import printable


class Command(BaseCommand):
    help = "Verify an export's folder: files, manifest, signature; needs no database."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR", help="the export's folder")

        parser.add_argument(
            "--delta",
            action="store_true",
            help="the folder holds the delta alone; the release that it follows lies beside it",
        )
        parser.add_argument(
            "--signed-by",
            type=Path,
            metavar="FILE",
            help="PEM certificates: one of them must have signed the export, or vouch for who did",
        )
        parser.add_argument(
            "--stamped-by",
            type=Path,
            metavar="FILE",
            help="PEM certificates of the time-stamp authority, its root among them",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        signed_by, stamped_by = options["signed_by"], options["stamped_by"]
        seen = verify(options["folder"], delta=options["delta"])
        sealed = check_seal(
            options["folder"],
            signed_by=certificates_in(signed_by) if signed_by else (),
            stamped_by=read(stamped_by) if stamped_by else b"",
            now=utc_now(),
        )
        problems = [*seen.problems, *sealed.problems]
        for problem in problems:
            self.stderr.write(printable(problem))
        if problems:
            self.stderr.write(f"export BROKEN: {len(problems)} problems")
            raise SystemExit(1)
        follows = f"follows {seen.previous.number}" if seen.previous else "the first"
        self.stdout.write(
            f"export {seen.recipient}/{seen.number} holds ({follows}): {seen.files} files, "
            f"manifest {seen.sha256}"
        )
        for line in sealed.lines:
            self.stdout.write(printable(line))
