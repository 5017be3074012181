from __future__ import annotations

from pathlib import Path

import pytest

from classifiers.cascade import Cascade
from classifiers.lexicons import read_lexicon
from classifiers.store import load
from domain.lexicon import Lexicon

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "classifiers" / "model"


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    """The lexicon that ships."""
    return read_lexicon(ROOT / "config" / "lexicons")


@pytest.fixture(scope="session")
def cascade(lexicon: Lexicon) -> Cascade:
    """The model that ships."""
    return load(MODEL, lexicon)
