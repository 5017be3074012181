from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from cases import tips
from cases.models import Run
from domain.errors import InputError
from domain.seeds import SeedProblem
from nightly import reporting
from nightly.rendering import console, to_html, to_terminal


class Command(BaseCommand):
    help = "Print the morning report of the last run, or of one by its number."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--run", type=int, metavar="N", help="the number of the run")
        parser.add_argument("--json", action="store_true", help="as JSON")
        parser.add_argument("--html", type=Path, metavar="FILE", help="write the page there")

    def handle(self, *args: Any, **options: Any) -> None:
        runs = Run.objects.order_by("-pk")
        chosen = runs.filter(pk=options["run"]) if options["run"] else runs.exclude(kind=tips.KIND)
        run = chosen.first()
        if run is None:
            raise InputError(f"there is no run {options['run'] or 'yet'}")
        refused = [SeedProblem(**seed) for seed in run.report.get("refused_seeds", ())]
        report = reporting.build(run, refused)
        if options["html"]:
            options["html"].write_text(to_html(report), encoding="utf-8")
        if options["json"]:
            self.stdout.write(json.dumps(report.as_json(), ensure_ascii=False, indent=2))
        elif not options["html"]:
            to_terminal(report, console())
