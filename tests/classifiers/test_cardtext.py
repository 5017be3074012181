"""The model card in the docs says what the shipped card says."""

from __future__ import annotations

from pathlib import Path

import pytest

from classifiers.cardtext import card_tables, embedded
from classifiers.store import read_card, version_of

ROOT = Path(__file__).resolve().parents[2]


def test_the_document_holds_the_figures_of_the_shipped_model() -> None:
    card = read_card(ROOT / "classifiers" / "model")
    document = (ROOT / "docs" / "model-card.md").read_text("utf-8")
    assert version_of(card) in document
    assert embedded(document, card_tables(card)) == document


def test_a_document_without_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="has no"):
        embedded("# Model card", "tables")
