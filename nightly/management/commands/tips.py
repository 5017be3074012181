from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from cases import tips
from domain.defang import printable
from domain.digests import sha256_hex
from domain.tips import parse_tips
from nightly.apps import file_rules
from nightly.report import EXIT_SEEDS
from nightly.seed_files import read


class Command(BaseCommand):
    help = "Take in tips from a CSV or JSON file; the next night looks at them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file",
            type=Path,
            help="with columns url, onion, channel (one at least), note, source, date",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        rules, path = file_rules(settings.NARCOWATCH), options["file"]
        data = read(path, rules.max_bytes)
        found = parse_tips(data, rules.platforms, most=rules.max_lines)
        for problem in found.problems:
            text = f"{path}:{problem.line}: {problem.reason}: {problem.text!r}"
            self.stderr.write(printable(text))
        new = known = 0
        if found.tips:
            noted = [tip.candidate() for tip in found.tips]
            _, new, known = tips.by_hand(noted, file=sha256_hex(data))
        self.stdout.write(
            f"{len(found.tips) - known} tips noted, {new} of targets that are new; "
            f"{found.doubled + known} given before, {len(found.problems)} lines refused, "
            f"{found.beyond} beyond the bound"
        )
        if found.problems or found.beyond:
            raise SystemExit(EXIT_SEEDS)
