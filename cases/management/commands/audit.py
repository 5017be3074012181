from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from cases.audit import verify
from cases.crosscheck import contradictions
from cases.sealing import check_all


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
        if options["evidence"]:
            files = check_all(settings.NARCOWATCH.data_dir / "evidence")
            problems += files.problems
            for name in files.left_over:
                self.stderr.write(
                    f"{name} went by its age and is still there: the next night removes it"
                )
        for problem in problems:
            self.stderr.write(problem)
        if problems:
            self.stderr.write(f"audit chain BROKEN: {len(problems)} problems")
            raise SystemExit(1)
        self.stdout.write(f"audit chain holds: {report.length} events, head {report.head}")
        if options["evidence"]:
            self.stdout.write(
                f"evidence holds: {files.sealed} sealed files, {files.erased} erased by their age"
            )
