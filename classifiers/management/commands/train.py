from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from classifiers.lexicons import read_lexicon
from classifiers.rows import read_pack
from domain.clock import utc_now

if TYPE_CHECKING:
    from classifiers.training.transformer.second import Plan


class Command(BaseCommand):
    help = "Train the classifier from a text pack and write model, sketch and card."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--data", type=Path, required=True, help="folder of the text pack")
        parser.add_argument("--out", type=Path, help="where to write; default: the model folder")
        parser.add_argument("--seed", type=int, default=1, help="seed of samples and generator")
        parser.add_argument("--date", help="date for the card (YYYY-MM-DD); default: today")
        parser.add_argument(
            "--stage",
            choices=("linear", "transformer"),
            default="linear",
            help="the last stage of the model: linear alone (minutes), or both (hours)",
        )
        parser.add_argument(
            "--base",
            default="",
            help="checkpoint to fine-tune, a folder or hub id; default: an encoder of our own",
        )
        parser.add_argument(
            "--work", type=Path, help="where half-done work is kept; default: OUT with .work added"
        )
        parser.add_argument("--epochs", type=int, help="passes over the rows in fine-tuning")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            from classifiers.training.train import train
        except ImportError as error:
            raise CommandError(
                f"training needs the extra `train` ({error}): pip install 'narcowatch[train]'"
            ) from error
        if options["stage"] != "transformer" and (options["base"] or options["epochs"]):
            raise CommandError("--base and --epochs belong to --stage transformer")
        chosen = settings.NARCOWATCH
        out = options["out"] or chosen.classify.model_dir
        date = options["date"] or utc_now().date().isoformat()
        card = train(
            read_pack(options["data"]),
            read_lexicon(settings.BASE_DIR / "config" / "lexicons"),
            Path(out),
            seed=options["seed"],
            date=date,
            say=lambda line: self.stderr.write(line),
            transformer=_plan(options, Path(out)) if options["stage"] == "transformer" else None,
        )
        self.stdout.write(f"model written to {out}, threshold {card['threshold']}")


def _plan(options: dict[str, Any], out: Path) -> Plan:
    try:
        from classifiers.training.transformer.finetuning import Course
        from classifiers.training.transformer.second import Plan
    except ImportError as error:
        raise CommandError(
            f"this stage needs the extra `transformer` ({error}): "
            "pip install 'narcowatch[train,transformer]'"
        ) from error
    course = Course(seed=options["seed"])
    if options["epochs"]:
        course = replace(course, epochs=options["epochs"])
    keep = options["work"] or out.with_name(out.name + ".work")
    return Plan(keep, options["base"], course)
