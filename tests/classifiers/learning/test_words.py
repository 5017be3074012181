"""Words that training never saw are told from those that it saw."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from classifiers.learning.words import WORDS, load_words, save_words, unknown, vocabulary
from classifiers.store import CARD, load, read_card, write_card
from domain.errors import ModelError
from domain.lexicon import Lexicon

SHIPPED = Path(__file__).resolve().parents[3] / "classifiers" / "model"
TEXTS = ["чайник стоит на плите", "Чайник, плите: тепло", "тепло на дворе"]


def test_words_of_two_texts_are_known_however_they_are_written() -> None:
    known = vocabulary(TEXTS)
    assert len(known) == 4  # чайник, плите, тепло, на
    assert unknown("ТЕПЛО, на плите.", known) == (0, 3)
    assert unknown("стоит на дворе", known) == (2, 3)
    assert unknown("", known) == (0, 0)
    assert unknown("чайник", vocabulary([])) == (1, 1)


def test_the_list_is_a_file_of_the_model(tmp_path: Path, lexicon: Lexicon) -> None:
    folder = Path(shutil.copytree(SHIPPED, tmp_path / "model"))
    (folder / WORDS).unlink(missing_ok=True)
    assert load_words(folder) is None
    known = vocabulary(TEXTS)
    save_words(folder, known)
    write_card(folder, read_card(folder))
    found = load_words(folder)
    assert found is not None
    assert found.tolist() == known.tolist()
    assert WORDS in json.loads((folder / CARD).read_text("utf-8"))["files"]
    load(folder, lexicon)
    (folder / WORDS).write_bytes(b"x")
    with pytest.raises(ModelError, match=WORDS):
        load(folder, lexicon)
    with pytest.raises(ModelError):
        load_words(folder)
