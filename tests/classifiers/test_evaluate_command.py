"""`narcowatch evaluate`: every file named, every figure printed, and what is written agrees."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import pytest

pytest.importorskip("sklearn", reason="needs the extra train")
from django.core.management import CommandError, call_command

from classifiers.cardtext import BEGIN, END, card_tables
from classifiers.corpora import digest_of
from classifiers.recording import disagreements, record
from classifiers.store import load, read_card, version_of
from classifiers.training.corpus import assemble
from domain.digests import sha256_hex
from domain.errors import InputError
from domain.lexicon import Lexicon
from tests.classifiers.small_model import pack, trained_model, write_pack  # noqa: F401 - fixtures


def write_texts(path: Path, lang: str, source: str, count: int, **more: str) -> None:
    """So many selling texts, and as many that are not."""
    rows = [
        {"text": f"гашиш {n} г {n}000 тг закладка магнит {source}", "label": "drug_sale"}
        for n in range(count)
    ] + [{"text": f"чайник {n} штук в лавке {source}", "label": "other"} for n in range(count)]
    lines = (json.dumps(row | {"lang": lang, "source": source} | more) for row in rows)
    path.write_text("\n".join(lines), "utf-8")


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    folder = tmp_path / "texts"
    folder.mkdir()
    write_texts(folder / "one.jsonl", "ru", "shops_ru", 6)
    write_texts(folder / "two.jsonl", "kk", "shops_kk", 5, role="listing")
    return folder


@pytest.fixture
def model(tmp_path: Path, trained_model: Path) -> Path:  # noqa: F811 - a fixture
    return Path(shutil.copytree(trained_model, tmp_path / "model"))


def evaluate(*options: str) -> str:
    out = io.StringIO()
    call_command("evaluate", *options, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def test_a_folder_is_measured_file_by_file(model: Path, texts: Path) -> None:
    said = evaluate("--model", str(model), "--corpus", str(texts))
    rows = [line.split(" | ")[0].strip("| ") for line in said.splitlines()]
    for name in ("all files", "all files kk", "one.jsonl", "two.jsonl", "two.jsonl kk", "shops_ru"):
        assert name in rows
    assert f"`one.jsonl` 12 (`{sha256_hex((texts / 'one.jsonl').read_bytes())[:12]}`)" in said
    for title in ("Calibration", "Under disguise", "Roles", "Asked for and reached"):
        assert f"# {title}" in said
    assert "The role is right in" in said
    assert said.rstrip().endswith("|")
    assert "recall lost, all together" in said.split("Asked for and reached")[1]


def test_one_file_is_measured_alone(model: Path, texts: Path) -> None:
    said = evaluate("--model", str(model), "--corpus", str(texts / "one.jsonl"))
    assert "`one.jsonl` 12" in said
    assert "two.jsonl" not in said
    assert "# Roles" not in said


def test_nothing_to_measure_on_is_said(model: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no evaluation texts"):
        evaluate("--model", str(model), "--corpus", str(tmp_path / "nowhere"))
    with pytest.raises(CommandError, match="--data DIR"):
        evaluate("--model", str(model), "--loso")


def test_what_is_written_agrees_and_the_model_stays_the_same(
    model: Path, texts: Path, lexicon: Lexicon
) -> None:
    before = read_card(model)
    evaluate("--model", str(model), "--corpus", str(texts), "--write")
    card = read_card(model)
    assert disagreements(card) == []
    assert version_of(card) == version_of(before) == load(model, lexicon).version
    assert card["left_out"] == before["left_out"]
    hashes = {one.name: sha256_hex(one.read_bytes()) for one in texts.iterdir()}
    assert card["corpus"]["digest"] == digest_of(hashes)
    assert card["corpus"]["figures"]["all files"]["recall"]["count"] == 11
    assert evaluate("--model", str(model), "--card").strip() == card_tables(card).strip()


def test_figures_of_another_pack_do_not_go_into_the_card(model: Path, tmp_path: Path) -> None:
    other = write_pack(tmp_path / "pack")
    known = (other / "train" / "first.jsonl.gz").read_bytes()
    (other / "train" / "strange.jsonl.gz").write_bytes(known)
    with pytest.raises(InputError, match=r"train/strange$"):
        evaluate("--model", str(model), "--data", str(other), "--write")


def test_measuring_twice_gives_the_same_figures(model: Path, texts: Path) -> None:
    first = evaluate("--model", str(model), "--corpus", str(texts))
    assert evaluate("--model", str(model), "--corpus", str(texts)) == first


def test_a_pack_gives_the_plain_baseline_and_its_unseen_rows(
    model: Path,
    texts: Path,
    pack: Path,  # noqa: F811 - a fixture
) -> None:
    said = evaluate("--model", str(model), "--corpus", str(texts), "--data", str(pack))
    unseen, corpus = said.split("### Evaluation texts")
    assert "dev:third" in unseen
    assert "plain AP" in unseen
    assert "plain AP" in corpus.split("####")[0]


def test_a_changed_figure_and_one_of_another_model_are_told(model: Path) -> None:
    card = read_card(model)
    assert disagreements(card) == []
    name = next(iter(card["left_out"]))
    card["left_out"][name]["recall"]["hits"] += 1
    assert disagreements(card) == ["the figures are not those that the card's digest is of"]
    other = record(model, corpus={"model": "another"})
    assert disagreements(other) == ["figures of corpus are those of model another"]
    other["sources"][0]["sha256"] = "0" * 64
    assert any("manifest" in line for line in disagreements(other))
    with pytest.raises(ValueError, match="no figures of a card: date"):
        record(model, date={})


def test_a_card_states_left_out_calibration(trained_model: Path) -> None:  # noqa: F811
    card = read_card(trained_model)
    assert {"all", "ru", "first", "second"} <= set(card["calibration"])
    assert 0 <= card["calibration"]["ru"]["error"] <= 1
    assert card["left_out"]["first"]["baseline_recall"]["count"] == 30
    assert "passing" not in card


def test_the_document_of_the_shipped_model_is_written_with_its_card(
    tmp_path: Path,
    texts: Path,
    trained_model: Path,  # noqa: F811
    settings,
) -> None:
    shutil.copytree(settings.BASE_DIR / "config" / "lexicons", tmp_path / "config" / "lexicons")
    shipped = Path(shutil.copytree(trained_model, tmp_path / "classifiers" / "model"))
    document = tmp_path / "docs" / "model-card.md"
    document.parent.mkdir()
    document.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", "utf-8")
    settings.BASE_DIR = tmp_path
    evaluate("--model", str(shipped), "--corpus", str(texts), "--write")
    written = document.read_text("utf-8")
    assert written == f"before\n{BEGIN}\n{card_tables(read_card(shipped))}\n{END}\nafter\n"
    assert "#### Roles" in written


def test_training_again_without_each_source_prints_what_was_asked_of_it(
    model: Path,
    texts: Path,
    pack: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "classifiers.training.leaving_out.assemble", lambda f, s: assemble(f, s, 300)
    )
    monkeypatch.setattr("classifiers.training.nested._LEAST", 20)
    said = evaluate("--model", str(model), "--corpus", str(texts), "--data", str(pack), "--loso")
    assert "### Left out of training, the linear stage alone" in said
    asked = said.split("### Asked for and reached")[1]
    assert "average precision, first left out" in asked
    (error,) = (line for line in asked.splitlines() if "calibration error, ru" in line)
    assert "not measured" not in error
