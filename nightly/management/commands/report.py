from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from cases import tips
from cases.models import Run
from domain.errors import InputError
from domain.nights import LISTEN
from domain.seeds import SeedProblem
from nightly import reporting
from nightly.apps import deadlines_of
from nightly.rendering import cases_to_terminal, console, to_html, to_terminal
from nightly.running import as_json, write_text


class Command(BaseCommand):
    help = "Print the morning report of the last run, or of one by its number."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--run", type=int, metavar="N", help="the number of the run")
        parser.add_argument("--json", action="store_true", help="as JSON")
        parser.add_argument("--cases", action="store_true", help="the cases found alone")
        parser.add_argument("--html", type=Path, metavar="FILE", help="write the page there")
        parser.add_argument("--json-file", type=Path, metavar="FILE", help="write the JSON there")

    def handle(self, *args: Any, **options: Any) -> None:
        runs = Run.objects.order_by("-pk")
        nights = runs.exclude(kind__in=[tips.KIND, LISTEN])
        chosen = runs.filter(pk=options["run"]) if options["run"] else nights
        run = chosen.first()
        if run is None:
            raise InputError(f"there is no run {options['run'] or 'yet'}")
        refused = [SeedProblem(**seed) for seed in run.report.get("refused_seeds", ())]
        report = reporting.build(run, refused, deadlines_of(settings.NARCOWATCH))
        if options["html"]:
            write_text(options["html"], to_html(report))
        if options["json_file"]:
            write_text(options["json_file"], as_json(report))
        if options["json"]:
            self.stdout.write(as_json(report), ending="")
        elif options["cases"]:
            cases_to_terminal(report, console())
        elif not (options["html"] or options["json_file"]):
            to_terminal(report, console())
