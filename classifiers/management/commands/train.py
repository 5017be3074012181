from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from classifiers.lexicons import read_lexicon
from classifiers.rows import read_pack
from domain.clock import utc_now


class Command(BaseCommand):
    help = "Train the classifier from a text pack and write model, sketch and card."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--data", type=Path, required=True, help="folder of the text pack")
        parser.add_argument("--out", type=Path, help="where to write; default: the model folder")
        parser.add_argument(
            "--stage",
            choices=("all", "substances"),
            default="all",
            help="what to train: all of it, or the substance head of the model in --out alone",
        )
        parser.add_argument("--seed", type=int, default=1, help="seed of samples and generator")
        parser.add_argument("--date", help="date for the card (YYYY-MM-DD); default: today")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            from classifiers.training.train import add_substances, train
        except ImportError as error:
            raise CommandError(
                f"training needs the extra `train` ({error}): pip install 'narcowatch[train]'"
            ) from error
        chosen = settings.NARCOWATCH
        out = options["out"] or chosen.classify.model_dir
        date = options["date"] or utc_now().date().isoformat()
        files = read_pack(options["data"])
        lexicon = read_lexicon(settings.BASE_DIR / "config" / "lexicons")
        seed, say = options["seed"], self.stderr.write
        if options["stage"] == "all":
            card = train(files, lexicon, Path(out), seed=seed, date=date, say=say)
        else:
            card = add_substances(files, lexicon, Path(out), seed=seed, say=say)
        self.stdout.write(f"model written to {out}, threshold {card['threshold']}")
