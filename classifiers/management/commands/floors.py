from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from classifiers.apps import model_dir_of
from classifiers.corpora import read_corpora
from classifiers.learning.floors import breaches, pin, read_floors, write_floors
from classifiers.learning.measuring import measure
from classifiers.lexicons import read_lexicon
from classifiers.store import load
from domain.clock import utc_now


class Command(BaseCommand):
    help = "The figures that no model may fall below: check, pin."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        for name, text in (
            ("check", "hold a model against them; exit 1 where one does not hold"),
            ("pin", "set them to what a model reaches"),
        ):
            sub = what.add_parser(name, help=text)
            sub.add_argument("--model", type=Path, help="folder of the model; default: in force")
            sub.add_argument(
                "--floors", type=Path, help="file of the floors; default: tests/floors.json"
            )
            sub.add_argument(
                "--corpus", type=Path, help="folder of the texts; default: corpus/ beside the file"
            )
            if name == "pin":
                sub.add_argument(
                    "--lower", default="", metavar="REASON", help="why floors may be lowered"
                )

    def handle(self, *args: Any, **options: Any) -> None:
        path = options["floors"] or settings.BASE_DIR / "tests" / "floors.json"
        files = read_corpora(options["corpus"] or path.parent / "corpus")
        pinned = read_floors(path) if options["what"] == "check" or path.exists() else None
        model = options["model"] or model_dir_of(settings.NARCOWATCH)
        cascade = load(model, read_lexicon(settings.BASE_DIR / "config" / "lexicons"))
        measured = measure(cascade, files)
        if options["what"] == "pin":
            date = utc_now().date().isoformat()
            floors = pin(
                pinned, files, measured, model=cascade.version, date=date, reason=options["lower"]
            )
            write_floors(path, floors)
            self.stdout.write(f"{len(floors.figures)} floors pinned at model {cascade.version}")
            return
        assert pinned is not None
        if found := breaches(pinned, files, measured):
            self.stdout.write(f"model {cascade.version} does not hold its floors:")
            for line in found:
                self.stdout.write(f"  {line}")
            raise SystemExit(1)
        self.stdout.write(f"model {cascade.version} holds all {len(pinned.figures)} floors")
