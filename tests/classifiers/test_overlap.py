"""The sketch tells texts that were seen in training from those that were not."""

from __future__ import annotations

from pathlib import Path

import pytest

from classifiers.augment.writer import generate
from classifiers.overlap import build_sketch, load_sketch, overlap_share, save_sketch
from domain.errors import ModelError

SHIPPED = Path(__file__).resolve().parents[2] / "classifiers" / "model" / "overlap.npz"
STORY = " ".join(f"слово{a} и потом другое слово{b} рядом" for a in range(40) for b in "абвгдеж")


def test_the_same_text_overlaps_wholly_and_another_not_at_all() -> None:
    sketch = build_sketch([STORY])
    assert len(sketch) > 5
    assert overlap_share(STORY, sketch) == 1
    assert overlap_share(STORY.replace("слово", "фраза"), sketch) == 0


def test_case_marks_and_disguise_do_not_matter() -> None:
    disguised = STORY.upper().replace("И", "\u200bИ").replace(" ", ", ")
    assert overlap_share(disguised, build_sketch([STORY])) > 0.95


def test_a_short_text_overlaps_with_nothing() -> None:
    assert overlap_share("два слова", build_sketch(["два слова"])) == 0


def test_a_sketch_comes_back_from_its_file(tmp_path: Path) -> None:
    sketch = build_sketch([STORY])
    save_sketch(tmp_path / "s.npz", sketch)
    assert load_sketch(tmp_path / "s.npz").tolist() == sketch.tolist()


def test_the_shipped_sketch_knows_generated_text() -> None:
    # Seed 3 is that of the shipped model's generator (see training.corpus.assemble: seed + 2).
    text = "\n".join(row.text for row in generate(400, 3))
    assert overlap_share(text, load_sketch(SHIPPED)) > 0.5


def test_a_missing_sketch_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        load_sketch(tmp_path / "none.npz")
