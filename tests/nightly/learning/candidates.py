"""Models that are the shipped one but for their threshold."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from classifiers.corpora import read_corpora
from classifiers.learning.floors import pin, write_floors
from classifiers.learning.measuring import measure
from classifiers.lexicons import read_lexicon
from classifiers.store import CARD, load, read_card, version_of
from config.schema import CHECKOUT
from nightly.learning.adopting import Models

SHIPPED = CHECKOUT / "classifiers" / "model"
#: As good on every evaluation text as the shipped one, and one that queues more of the innocent.
EQUAL, LAX = read_card(SHIPPED)["threshold"] - 0.0001, 0.05


def candidate(folder: Path, threshold: float = EQUAL) -> Path:
    """A whole model under ``folder`` that differs in its threshold."""
    shutil.copytree(SHIPPED, folder)
    card = {**read_card(folder), "threshold": threshold}
    (folder / CARD).write_text(json.dumps(card), "utf-8")
    return folder


def name_of(folder: Path) -> str:
    return version_of(read_card(folder))


def models_in(data_dir: Path, named: Path | None = None) -> Models:
    """Models of an installation whose data directory is ``data_dir``, held to the floors there if
    there are any (see ``few_floors``), else to those that ship."""
    own = data_dir / "floors.json"
    floors = own if own.exists() else CHECKOUT / "tests" / "floors.json"
    return Models(
        data_dir=data_dir,
        shipped=SHIPPED,
        lexicon_dir=CHECKOUT / "config" / "lexicons",
        floors=floors,
        corpus=floors.parent / "corpus",
        named=named,
    )


def few_floors(data_dir: Path) -> None:
    """Floors on a few of the texts, for tests that are not about figures."""
    (data_dir / "corpus").mkdir(parents=True)
    with (CHECKOUT / "tests" / "corpus" / "corpus.jsonl").open(encoding="utf-8") as lines:
        few = "".join(line for number, line in enumerate(lines) if number % 60 == 0)
    (data_dir / "corpus" / "few.jsonl").write_text(few, "utf-8")
    files = read_corpora(data_dir / "corpus")
    cascade = load(SHIPPED, read_lexicon(CHECKOUT / "config" / "lexicons"))
    floors = pin(None, files, measure(cascade, files), model="shipped", date="2026-03-01")
    write_floors(data_dir / "floors.json", floors)
