"""A model trained in seconds on a little pack of our own, for tests of what is measured."""

from __future__ import annotations

from pathlib import Path

import pytest

from classifiers.lexicons import read_lexicon
from classifiers.rows import read_pack
from classifiers.training import train
from classifiers.training.corpus import assemble
from tests.classifiers.conftest import ROOT
from tests.classifiers.test_training import some, write


def write_pack(folder: Path) -> Path:
    """Three sources of two classes each, an untrained one, and one of the dev part."""
    for name in ("first", "second", "ru_drugshop_bot_texts"):
        write(folder / "train", name, [*some("sale", 30), *some("tea", 30)])
    write(folder / "train", "tgspam_umputun", list(some("tea", 5)))
    write(folder / "dev", "third", [*some("sale", 4), *some("tea", 4)])
    return folder


@pytest.fixture(scope="session")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pack(tmp_path_factory.mktemp("little-pack"))


@pytest.fixture(scope="session")
def trained_model(pack: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the trained model: nobody changes it."""
    out = tmp_path_factory.mktemp("small") / "model"
    lexicon = read_lexicon(ROOT / "config" / "lexicons")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("classifiers.training.leaving_out.assemble", lambda f, s: assemble(f, s, 300))
        patch.setattr("classifiers.training.fitting._OWN_LINE_FROM", 20)
        patch.setattr("classifiers.training.nested._LEAST", 20)
        patch.setattr("classifiers.training.lines.SAY_FROM_ROWS", 20)
        train.train(read_pack(pack), lexicon, out, seed=5, date="2026-01-02", say=lambda line: None)
    return out
