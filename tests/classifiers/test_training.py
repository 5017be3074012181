"""Training on a little pack of our own: honest about its input, the same twice, loadable."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from classifiers.corpora import read_corpus
from classifiers.rates import Rate
from classifiers.rows import read_pack
from classifiers.store import MODEL, load
from domain.assessment import Label
from domain.errors import InputError
from domain.lexicon import Lexicon

pytest.importorskip("sklearn", reason="needs the extra train")

from classifiers.training import evaluate, fitting, train
from classifiers.training.corpus import assemble
from classifiers.training.measures import figures


def write(folder: Path, name: str, rows: list[tuple[str, str]]) -> None:
    path = folder / f"{name}.jsonl.gz"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = (
        json.dumps({"text": text, "label": label, "lang": "ru", "licence": "test"}) + "\n"
        for text, label in rows
    )
    path.write_bytes(gzip.compress("".join(lines).encode(), mtime=0))


def some(kind: str, count: int) -> Iterator[tuple[str, str]]:
    for number in range(count):
        if kind == "sale":
            yield f"гашиш {number} г {number}000 тг закладка магнит номер {number}", "drug_sale"
        else:
            yield f"чайник {number} штук по {number}00 тг в лавке номер {number}", "other"


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pack")
    for name in ("first", "second", "ru_drugshop_bot_texts"):
        write(folder / "train", name, [*some("sale", 12), *some("tea", 12)])
    write(folder / "train", "tgspam_umputun", list(some("tea", 5)))
    write(folder / "dev", "third", [*some("sale", 4), *some("tea", 4)])
    return folder


def trained(pack: Path, out: Path, lexicon: Lexicon, monkeypatch: pytest.MonkeyPatch) -> dict:
    monkeypatch.setattr(
        "classifiers.training.leaving_out.assemble", lambda f, s: assemble(f, s, 300)
    )
    monkeypatch.setattr("classifiers.training.substances._GENERATED", 150)
    said: list[str] = []
    return train.train(
        read_pack(pack), lexicon, out, seed=5, date="2026-01-02", say=said.append
    ) | {"said": said}


def test_a_trained_model_loads_sells_and_is_the_same_twice(
    pack: Path, tmp_path: Path, lexicon: Lexicon, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = trained(pack, tmp_path / "a", lexicon, monkeypatch)
    trained(pack, tmp_path / "b", lexicon, monkeypatch)
    assert (tmp_path / "a" / MODEL).read_bytes() == (tmp_path / "b" / MODEL).read_bytes()
    cascade = load(tmp_path / "a", lexicon)
    sale = cascade.assess("гашиш 3 г 9000 тг закладка магнит")
    tea = cascade.assess("чайник 3 штуки в лавке")
    assert sale.probability > tea.probability
    assert card["date"] == "2026-01-02"
    assert card["left_out"]["first"]["average_precision"] > 0.9
    by_name = {(one["name"], one["part"]): one["trained"] for one in card["sources"]}
    assert by_name["first", "train"] == 24
    assert by_name["tgspam_umputun", "train"] == by_name["third", "dev"] == 0
    assert any("left out first" in line for line in card["said"])


def test_evaluating_counts_what_the_model_says(pack: Path, lexicon: Lexicon) -> None:
    model = Path(__file__).resolve().parents[2] / "classifiers" / "model"
    rows = evaluate.unseen_rows(read_pack(pack))
    assert {row.source for row in rows} == {"tgspam_umputun", "dev:third"}
    cascade = load(model, lexicon)
    found = {one.name: one for one in evaluate.evaluate(rows, cascade, lambda line: None)}
    third = [row for row in rows if row.source == "dev:third" and row.label is Label.DRUG_SALE]
    hits = sum(cascade.assess(row.text).probability >= cascade.threshold for row in third)
    assert (found["dev:third"].recall.hits, found["dev:third"].recall.count) == (hits, 4)
    assert found["tgspam_umputun"].false_positives.count == 5


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"{", "line 2"),
        (b'{"label": "other"}', "line 2: 'text'"),
        (b'{"text": "a", "label": "tea"}', "line 2: 'tea'"),
        (b"3", "line 2"),
    ],
)
def test_an_odd_line_of_the_pack_is_named(tmp_path: Path, line: bytes, said: str) -> None:
    good = b'{"text": "a\xe2\x80\xa8b", "label": "other"}'
    for part in ("train", "dev"):
        (tmp_path / part).mkdir()
    (tmp_path / "train" / "x.jsonl.gz").write_bytes(gzip.compress(good + b"\n" + line + b"\n"))
    with pytest.raises(InputError, match=r"x\.jsonl\.gz") as error:
        read_pack(tmp_path)
    assert said in str(error.value)


def test_a_missing_or_broken_pack_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no .* in train/"):
        read_pack(tmp_path)
    (tmp_path / "train").mkdir()
    (tmp_path / "train" / "x.jsonl.gz").write_bytes(b"not gzip")
    with pytest.raises(InputError, match=r"x\.jsonl\.gz cannot be read"):
        read_pack(tmp_path)


def test_a_corpus_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl"
    path.write_text('{"text": "a", "label": "other", "lang": "kk"}\n\n{"text": 1}\n', "utf-8")
    with pytest.raises(InputError, match="line 3"):
        read_corpus(path)
    path.write_text('{"text": "a", "label": "other", "lang": "kk"}\n', "utf-8")
    assert [(row.lang, row.source) for row in read_corpus(path)] == [("kk", "c")]


def test_the_threshold_keeps_every_large_source_under_the_limit() -> None:
    rng = np.random.default_rng(1)
    logits = np.concatenate([rng.normal(0, 1, 1000), rng.normal(2, 1, 2000), [99.0] * 5])
    source = np.array(["a"] * 1000 + ["b"] * 2000 + ["tiny"] * 5)
    cut = fitting.threshold_at(logits, source, 0.01, least=100)
    assert (logits[source == "b"] >= cut).mean() <= 0.01
    assert (logits[source == "b"] >= cut - 0.1).mean() > 0.009
    assert cut < 99


def test_weights_balance_sources_and_classes() -> None:
    source = np.array(["big"] * 100 + ["small"] * 4)
    positive = np.array([True] * 50 + [False] * 50 + [True] * 2 + [False] * 2)
    weights = fitting.row_weights(source, positive, np.ones(104, dtype=bool))
    assert weights[100] > weights[0]
    assert weights[positive].sum() * 2 == pytest.approx(weights[~positive].sum())
    assert weights.mean() == pytest.approx(1)


def test_wilson_intervals() -> None:
    # Values of Wilson's formula at 95 % for 1 of 10 and 0 of 100.
    assert Rate(1, 10).interval == pytest.approx((0.0179, 0.4042), abs=1e-4)
    assert Rate(0, 100).interval == pytest.approx((0.0, 0.0370), abs=1e-4)
    assert Rate(0, 0).share is None


def test_figures_of_one_class_have_no_ranking() -> None:
    one = figures("x", np.array([1.0, 3.0]), np.array([True, True]), 2.0)
    assert one.average_precision is None
    assert one.recall == Rate(1, 2)
