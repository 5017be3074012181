from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from cases.audit import verify
from cases.crosscheck import contradictions
from cases.sealing import check_all, unsealed
from domain.counting import counted
from domain.defang import printable


class Command(BaseCommand):
    help = "Verify the audit chain: every link's hash, the order, the end, and the record by it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["verify"], help="what to do with the chain")
        parser.add_argument(
            "--head",
            action="append",
            default=[],
            metavar="HASH",
            help="a head written down elsewhere, that the chain must hold",
        )

        parser.add_argument(
            "--evidence",
            action="store_true",
            help="also read every sealed evidence file and compare it with its seal",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        report = verify()
        problems = [*report.problems, *contradictions(options["head"])]
        root = settings.NARCOWATCH.data_dir / "evidence"
        if options["evidence"]:
            files = check_all(root)
            problems += files.problems
            for name in files.left_over:
                self.stderr.write(
                    f"{name} went by its age and is still there: the next night removes it"
                )
        for problem in problems:
            self.stderr.write(problem)
        if problems:
            self.stderr.write(f"audit chain BROKEN: {counted(len(problems), 'problem')}")
            raise SystemExit(1)
        events = counted(report.length, "event")
        self.stdout.write(f"audit chain holds: {events}, head {report.head}")
        if options["evidence"]:
            gone = f", {files.erased} erased by their age" if files.erased else ""
            self.stdout.write(f"evidence holds: {counted(files.sealed, 'sealed file')}{gone}")
            self._unsealed(unsealed(root))

    def _unsealed(self, files: list[str]) -> None:
        """Name what no seal guards: normal while a night runs; afterwards the next one seals it."""
        for file in files:
            self.stdout.write(f"not guarded by a seal: {printable(file)}")
