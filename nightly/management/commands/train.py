from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from classifiers.learning.decided import card_entry, told
from classifiers.lexicons import read_lexicon
from classifiers.rows import read_pack
from classifiers.store import read_card
from classifiers.transformer.network import NETWORK
from domain.clock import utc_now
from nightly.apps import models_of
from nightly.learning.decided import candidate_in, decided_lesson
from nightly.readiness import check_record

if TYPE_CHECKING:
    from classifiers.training.transformer.second import Plan


class Command(BaseCommand):
    help = "Train a candidate from a text pack, and from people's decisions (--with-decisions)."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--data", type=Path, required=True, help="folder of the text pack")
        parser.add_argument(
            "--with-decisions",
            action="store_true",
            help="also learn from the cases that people decided, hard negatives first",
        )
        parser.add_argument(
            "--out",
            type=Path,
            help="where to write the candidate; default: models/candidate in the data directory",
        )
        parser.add_argument("--seed", type=int, default=1, help="seed of samples and generator")
        parser.add_argument("--date", help="date for the card (YYYY-MM-DD); default: today")
        parser.add_argument(
            "--stage",
            choices=("linear", "transformer", "substances"),
            default="linear",
            help="the last stage of the model: linear alone (minutes), or both (hours); or else "
            "the substance head of the model in --out alone",
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
            from classifiers.training.train import add_substances, train
        except ImportError as error:
            raise CommandError(
                f"training needs the extra `train` ({error}): pip install 'narcowatch[train]'"
            ) from error
        if options["stage"] != "transformer" and (options["base"] or options["epochs"]):
            raise CommandError("--base and --epochs belong to --stage transformer")
        if options["stage"] == "substances" and options["with_decisions"]:
            raise CommandError("--with-decisions does not go with --stage substances")
        chosen = settings.NARCOWATCH
        out = options["out"] or candidate_in(chosen.data_dir)
        date = options["date"] or utc_now().date().isoformat()
        files, notes = read_pack(options["data"]), {}
        if options["stage"] == "substances":
            lexicon = read_lexicon(settings.BASE_DIR / "config" / "lexicons")
            add_substances(files, lexicon, out, seed=options["seed"], say=self.stderr.write)
            self.stdout.write(f"the substance head is beside the model in {out}")
            return
        if options["with_decisions"]:
            check_record(chosen.data_dir, settings.SETTINGS_ORIGIN.data_dir, settings.CALLED_AS)
            learnt = decided_lesson(settings.BASE_DIR / "tests" / "corpus")
            files, notes = [*files, learnt.file], {"decisions": card_entry(learnt)}
            for line in told(learnt):
                self.stdout.write(line)
        card = train(
            files,
            read_lexicon(settings.BASE_DIR / "config" / "lexicons"),
            out,
            seed=options["seed"],
            date=date,
            say=lambda line: self.stderr.write(line),
            notes=notes,
            transformer=_plan(options, out) if options["stage"] == "transformer" else None,
        )
        self.stdout.write(
            f"candidate written to {out}, threshold {card['threshold']}; what it would change: "
            f"{settings.CALLED_AS} model compare {out}"
        )
        in_force = models_of(chosen).in_use
        if NETWORK in read_card(in_force)["files"] and NETWORK not in card["files"]:
            self.stdout.write(
                "it has one stage and the model in force has two, whose floors it may not reach: "
                "--stage transformer trains both"
            )


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
