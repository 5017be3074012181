"""The quality gate: the shipped model on the project's own evaluation texts.

The floors (``tests/floors.json``) are what the model reached when they were pinned, with the hash
of every file of texts. ``narcowatch floors pin`` raises them; lowering one takes a reason.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from classifiers.cascade import Cascade
from classifiers.corpora import CorpusFile, read_corpora
from classifiers.learning.floors import TOLERANCE, breaches, other_texts, read_floors
from classifiers.learning.measuring import Measured, measure

TESTS = Path(__file__).resolve().parents[1]
CORPUS, FLOORS = TESTS / "corpus", TESTS / "floors.json"
LABELS = {"drug_sale", "drug_other", "other"}


@pytest.fixture(scope="module")
def files() -> list[CorpusFile]:
    return read_corpora(CORPUS)


@pytest.fixture(scope="module")
def measured(cascade: Cascade, files: list[CorpusFile]) -> Measured:
    return measure(cascade, files)


def test_the_texts_are_those_that_the_floors_were_pinned_on(files: list[CorpusFile]) -> None:
    assert other_texts(read_floors(FLOORS), files) == []
    assert sum(len(one.rows) for one in files) >= 446


def test_the_floors_are_pinned_at_the_model_that_ships(cascade: Cascade) -> None:
    assert read_floors(FLOORS).model == cascade.version


def test_the_shipped_model_holds_every_floor(files: list[CorpusFile], measured: Measured) -> None:
    floors = read_floors(FLOORS)
    assert floors.tolerance == TOLERANCE
    assert {"all", "all, lang ru", "all, lang kk", "corpus.jsonl"} <= set(floors.figures)
    assert breaches(floors, files, measured) == []


def test_every_text_and_label_counts_in_some_floor(
    files: list[CorpusFile], measured: Measured
) -> None:
    texts = sum(len(one.rows) for one in files)
    everything = measured.figures["all"]
    assert everything.recall.count + everything.false_positives.count == texts
    assert measured.hard_negatives.rows == everything.false_positives.count
    assert set(measured.figures) == set(read_floors(FLOORS).figures)


def test_every_row_is_in_the_format() -> None:
    for path in sorted(CORPUS.glob("*.jsonl")):
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        assert len({row["text"] for row in rows}) == len(rows), path.name
        for row in rows:
            assert {"label", "lang", "source", "text"} <= row.keys()
            assert row["lang"] in {"ru", "kk", "en", "mixed"}
        assert {row["label"] for row in rows} <= LABELS


def test_all_labels_are_there(files: list[CorpusFile]) -> None:
    counts = Counter(row.label.value for one in files for row in one.rows)
    assert set(counts) == LABELS
    assert min(counts.values()) > 100
