"""The model card in the docs says what the shipped card says."""

from __future__ import annotations

from pathlib import Path

import pytest

from classifiers.cardtext import BEGIN, END, card_tables, embedded
from classifiers.corpora import digest_of
from classifiers.recording import disagreements
from classifiers.store import read_card, version_of
from domain.digests import sha256_hex

ROOT = Path(__file__).resolve().parents[2]


def test_the_document_holds_the_figures_of_the_shipped_model() -> None:
    card = read_card(ROOT / "classifiers" / "model")
    document = (ROOT / "docs" / "model-card.md").read_text("utf-8")
    assert version_of(card) in document
    assert embedded(document, card_tables(card)) == document


def test_every_figure_in_a_table_is_one_of_the_card() -> None:
    document = (ROOT / "docs" / "model-card.md").read_text("utf-8")
    before, rest = document.split(BEGIN)
    _, after = rest.split(END)
    outside = [line for line in (before + after).splitlines() if line.startswith("|")]
    commands = after.split("## Making them again")[1].split("## ")[0]
    assert [line for line in outside if line not in commands] == []


def test_model_manifest_and_figures_agree() -> None:
    folder = ROOT / "classifiers" / "model"
    card = read_card(folder)
    assert disagreements(card) == []
    assert {name: sha256_hex((folder / name).read_bytes()) for name in card["files"]} == (
        card["files"]
    )
    assert {len(one["sha256"]) for one in card["sources"]} == {64}


def test_the_figures_are_of_the_evaluation_texts_that_are_here() -> None:
    card = read_card(ROOT / "classifiers" / "model")
    files = sorted((ROOT / "tests" / "corpus").glob("*.jsonl"))
    hashes = {one.name: sha256_hex(one.read_bytes()) for one in files}
    assert card["corpus"]["model"] == version_of(card)
    assert card["corpus"]["digest"] == digest_of(hashes)


def test_a_document_without_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="has no"):
        embedded("# Model card", "tables")
