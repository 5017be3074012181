from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from cases.audit import verify


class Command(BaseCommand):
    help = "Verify the audit chain: every link's hash, the order, and the end."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["verify"], help="what to do with the chain")

    def handle(self, *args: Any, **options: Any) -> None:
        report = verify()
        for problem in report.problems:
            self.stderr.write(problem)
        if not report.holds:
            self.stderr.write(f"audit chain BROKEN: {len(report.problems)} problems")
            raise SystemExit(1)
        self.stdout.write(f"audit chain holds: {report.length} events, head {report.head}")
