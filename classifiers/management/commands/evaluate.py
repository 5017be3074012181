from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from classifiers.apps import model_dir_of
from classifiers.cardtext import card_tables
from classifiers.corpora import read_corpus
from classifiers.lexicons import read_lexicon
from classifiers.rows import read_pack
from classifiers.store import load, read_card
from classifiers.substances import FILE as SUBSTANCES
from classifiers.substances import load_head
from domain.errors import InputError
from domain.lexicon import Lexicon


class Command(BaseCommand):
    help = "Measure the classifier on a text pack or a corpus, by source and language."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--data", type=Path, help="text pack: its unseen part is scored")
        parser.add_argument("--corpus", type=Path, help="JSON lines with text, label, lang, source")
        parser.add_argument(
            "--loso", action="store_true", help="train again without each source (minutes)"
        )
        parser.add_argument(
            "--card", action="store_true", help="print the tables of the shipped model's card"
        )
        parser.add_argument("--seed", type=int, default=1, help="seed for --loso")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["card"]:
            self.stdout.write(card_tables(read_card(model_dir_of(settings.NARCOWATCH))))
            return
        corpus = options["corpus"] or settings.BASE_DIR / "tests" / "corpus" / "corpus.jsonl"
        if not options["data"] and not Path(corpus).is_file():
            raise InputError(
                f"there is nothing to measure on: {corpus} is not there. Name a text pack with "
                "--data DIR or a corpus with --corpus FILE; --card prints the shipped figures"
            )
        try:
            from classifiers.training import evaluate
        except ImportError as error:
            raise CommandError(
                f"evaluating needs the extra `train` ({error}): pip install 'narcowatch[train]'"
            ) from error
        lexicon = read_lexicon(settings.BASE_DIR / "config" / "lexicons")
        say = self.stderr.write
        if options["data"] and options["loso"]:
            from classifiers.training.train import left_out_figures

            found = left_out_figures(read_pack(options["data"]), lexicon, options["seed"], say)
        else:
            cascade = load(model_dir_of(settings.NARCOWATCH), lexicon)
            files = read_pack(options["data"]) if options["data"] else []
            rows = evaluate.unseen_rows(files) if files else read_corpus(Path(corpus))
            found = evaluate.evaluate(rows, cascade, say)
            if files:
                found = evaluate.with_baseline(found, rows, evaluate.trained_rows(files))
        for line in evaluate.table(found):
            self.stdout.write(line)
        if options["data"]:
            self._drug_types(options["data"], lexicon)

    def _drug_types(self, data: Path, lexicon: Lexicon) -> None:
        """Print how often the shipped substance head names the right group."""
        from classifiers.training import substances

        folder = settings.NARCOWATCH.classify.model_dir
        if SUBSTANCES not in read_card(folder)["files"]:
            return
        files = read_pack(data)
        trained, asked = (substances.market_rows(files, part) for part in ("train", "dev"))
        if not trained or not asked:
            return
        found = substances.measure(load_head(folder / SUBSTANCES), lexicon, trained, asked)
        for line in substances.lines(found):
            self.stdout.write(line)
