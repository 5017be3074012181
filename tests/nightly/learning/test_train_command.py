"""``narcowatch train`` over a little pack, with what people decided."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from django.conf import settings as live

from cases.evidence import EvidenceWriter
from classifiers.learning.words import load_words
from classifiers.lexicons import read_lexicon
from classifiers.store import load, read_card
from config.schema import CHECKOUT
from nightly.cli import main

pytest.importorskip("sklearn", reason="needs the extra train")

from classifiers.training import fitting
from classifiers.training.corpus import assemble
from tests.classifiers.test_training import some, write
from tests.nightly.learning.test_decided import confirm, dismiss, shown

pytestmark = pytest.mark.django_db


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("first", "second", "ru_drugshop_bot_texts"):
        write(tmp_path / "pack" / "train", name, [*some("sale", 12), *some("tea", 12)])
    write(tmp_path / "pack" / "dev", "third", [*some("sale", 4), *some("tea", 4)])
    monkeypatch.setattr(
        "classifiers.training.leaving_out.assemble", lambda f, s: assemble(f, s, 100)
    )
    return tmp_path / "pack"


@pytest.fixture
def installed(tmp_path: Path, settings) -> Path:
    settings.NARCOWATCH = live.NARCOWATCH.model_copy(update={"data_dir": tmp_path})
    (tmp_path / "narcowatch.sqlite3").touch()
    return tmp_path


def test_without_a_decided_case_it_says_so(
    pack: Path, installed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", "--data", str(pack), "--with-decisions"]) == 2
    assert "no decided case to learn from" in capsys.readouterr().err
    assert not (installed / "models").exists()


def test_a_candidate_learns_from_decisions_and_its_card_says_so(
    pack: Path, installed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    writer = EvidenceWriter(installed / "evidence", 1, "test", "pages")
    shop = shown(writer, "http://shop.test/", "гашиш тут по адресу, пиши", 0.9)
    tea = shown(writer, "http://tea.test/", "чайник тут, закладка для книги, магнит", 0.8)
    writer.close()
    confirm(shop)
    dismiss(tea, "a tea shop")
    assert main(["train", "--data", str(pack), "--with-decisions", "--date", "2026-01-02"]) == 0
    out = capsys.readouterr().out
    assert "decisions: 1 confirmed, 1 hard negative, 0 dismissed" in out
    candidate = installed / "models" / "candidate"
    assert f"model compare {candidate}" in out
    card = read_card(candidate)
    assert card["decisions"] == {"counts": {"confirmed": 1, "hard negative": 1}, "left_out": {}}
    decisions = {one["name"]: one for one in card["sources"]}["decisions"]
    assert (decisions["rows"], decisions["trained"]) == (2, 2)
    load(candidate, read_lexicon(CHECKOUT / "config" / "lexicons"))
    known = load_words(candidate)
    assert known is not None
    assert len(known) > 5
    assert "words.npz" in card["files"]


def test_a_row_s_weight_reaches_the_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from scipy.sparse import csr_matrix

    corpus = assemble([], 1, 4)
    count = len(corpus.rows)
    sells = np.arange(count) % 2 == 0
    seen: list[np.ndarray] = []

    class Fit:
        coef_, intercept_ = np.zeros((1, 1)), np.zeros(1)

        def fit(self, features, truth, sample_weight):
            seen.append(sample_weight)

    monkeypatch.setattr(fitting, "LogisticRegression", lambda **options: Fit())
    parts = csr_matrix(np.ones((count, 1))), np.arange(count)
    everything = np.ones(count, dtype=bool)
    heavier = replace(corpus, weight=np.where(np.arange(count) == 1, 4.0, 1.0))
    for one in (corpus, heavier):
        fitting.fit_head(*parts, one, sells, everything)
    assert (seen[1] / seen[0]).tolist() == [4.0 if at == 1 else 1.0 for at in range(count)]
