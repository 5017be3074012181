from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from classifiers import figuretext
from classifiers.apps import model_dir_of
from classifiers.cardtext import card_tables, embedded, part_text
from classifiers.corpora import CorpusFile, read_corpora
from classifiers.learning.decided import DECIDED
from classifiers.lexicons import read_lexicon
from classifiers.recording import record
from classifiers.rows import SourceFile, read_pack
from classifiers.store import load, read_card
from classifiers.substances import FILE as SUBSTANCES
from classifiers.substances import load_head
from classifiers.training.asked import asked_of
from domain.errors import InputError
from domain.lexicon import Lexicon

_DOCUMENT = Path("docs") / "model-card.md"


class Command(BaseCommand):
    help = (
        "Measure the classifier on evaluation texts and on a text pack: ranking, recall, false "
        "positives, calibration, disguise, roles, stages; then what was asked for and reached."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--data", type=Path, help="text pack: its unseen part is scored, too")
        parser.add_argument(
            "--corpus",
            type=Path,
            help="file, or folder of *.jsonl, with text, label, lang, source and role; default: "
            "tests/corpus",
        )
        parser.add_argument("--model", type=Path, help="folder of the model; default: as in use")
        parser.add_argument(
            "--loso",
            action="store_true",
            help="with --data: train the linear stage again without each source (minutes)",
        )
        parser.add_argument(
            "--card", action="store_true", help="print what the model's card states, and stop"
        )
        parser.add_argument(
            "--write",
            action="store_true",
            help="put the figures into the model's card, and all of the card into "
            f"{_DOCUMENT} when the model is the shipped one",
        )
        parser.add_argument("--seed", type=int, default=1, help="seed of disguises and of --loso")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = options["model"] or model_dir_of(settings.NARCOWATCH)
        if options["card"]:
            self.stdout.write(card_tables(read_card(folder)))
            return
        if options["loso"] and not options["data"]:
            raise CommandError("--loso needs the text pack: --data DIR")
        if options["loso"] and options["write"]:
            raise CommandError("--loso is of a model trained again: --write takes no such figures")
        files = self._files(options)
        try:
            figures = self._measured(folder, files, options)
        except ImportError as error:
            raise CommandError(
                f"evaluating needs the extra `train` ({error}): pip install 'narcowatch[train]'"
            ) from error
        card = read_card(folder)
        if options["write"]:
            card = record(folder, **figures)
            self._write_document(folder, card)
        self._lines(["### Asked for and reached", ""])
        self._lines(figuretext.asked(asked_of(card | figures)))

    def _files(self, options: dict[str, Any]) -> list[CorpusFile]:
        path = options["corpus"] or settings.BASE_DIR / "tests" / "corpus"
        if options["corpus"] or path.is_dir():
            return read_corpora(path)
        if not options["data"]:
            raise InputError(
                f"there is nothing to measure on: {path} is not there. Name a text pack with "
                "--data DIR or texts with --corpus FILE_OR_DIR; --card prints the shipped figures"
            )
        return []

    def _measured(
        self, folder: Path, files: list[CorpusFile], options: dict[str, Any]
    ) -> dict[str, Any]:
        from classifiers.training.evaluate import plain_scores, trained_rows, unseen_rows
        from classifiers.training.measuring import Measurer
        from classifiers.training.train import left_out_figures

        lexicon = read_lexicon(settings.BASE_DIR / "config" / "lexicons")
        say = self.stderr.write
        measurer = Measurer(load(folder, lexicon), say, options["seed"])
        pack = read_pack(options["data"]) if options["data"] else []
        if pack and options["write"]:
            _check_same_pack(pack, folder)
        trained = trained_rows(pack)
        figures: dict[str, Any] = {}
        if options["loso"]:
            _, figures = left_out_figures(pack, lexicon, options["seed"], say)
            self._lines(["### Left out of training, the linear stage alone", ""])
            self._lines([*figuretext.figures(figures["left_out"], "left out"), ""])
            self._lines([*figuretext.calibration(figures["calibration"], "left out"), ""])
        elif pack:
            rows = unseen_rows(pack)
            figures["unseen"] = measurer.unseen(rows, plain_scores(rows, trained))
            self._lines(part_text("Rows that no weight was trained on", figures["unseen"]))
            figures |= _groups(folder, pack, lexicon)
        if files:
            texts = [row for one in files for row in one.rows]
            plain = plain_scores(texts, trained) if trained else None
            figures["corpus"] = measurer.corpora(files, plain)
            self._lines(part_text("Evaluation texts", figures["corpus"]))
        return figures

    def _write_document(self, folder: Path, card: dict[str, Any]) -> None:
        shipped = settings.BASE_DIR / "classifiers" / "model"
        document = settings.BASE_DIR / _DOCUMENT
        if folder.resolve() == shipped.resolve() and document.is_file():
            document.write_text(embedded(document.read_text("utf-8"), card_tables(card)), "utf-8")

    def _lines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.stdout.write(line)


def _check_same_pack(pack: list[SourceFile], folder: Path) -> None:
    """Raise InputError where a file of the pack is not the one that the model's card names."""
    named = {
        (one["part"], one["name"]): one["sha256"]
        for one in read_card(folder)["sources"]
        if one["name"] != DECIDED
    }
    found = {(one.part, one.name): one.sha256 for one in pack}
    if strange := sorted(
        "/".join(key) for key in named | found if named.get(key) != found.get(key)
    ):
        raise InputError(
            "--write puts figures of the model's own pack into its card; of another file than the "
            f"card names: {', '.join(strange)}"
        )


def _groups(folder: Path, pack: list[SourceFile], lexicon: Lexicon) -> dict[str, Any]:
    """How often the substance head names the right group, where the model has one."""
    from classifiers.training import substances

    trained, asked = (substances.market_rows(pack, part) for part in ("train", "dev"))
    if SUBSTANCES not in read_card(folder)["files"] or not trained or not asked:
        return {}
    found = substances.measure(load_head(folder / SUBSTANCES), lexicon, trained, asked)
    return {"substances": {**read_card(folder)["substances"], **found.as_json()}}
