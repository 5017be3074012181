"""The second stage trained in small: killed and taken up again, from a checkpoint, and loadable."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="needs the extra train")
pytest.importorskip("torch", reason="needs the extra transformer")

import torch
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from classifiers.rows import SourceFile, read_pack
from classifiers.store import load
from classifiers.training import train
from classifiers.training.corpus import assemble
from classifiers.training.transformer import second
from classifiers.training.transformer.courses import base_classifier
from classifiers.training.transformer.finetuning import Course
from classifiers.training.transformer.own import own_base
from classifiers.training.transformer.pretraining import Size
from classifiers.training.transformer.second import Plan, SecondStage
from classifiers.training.transformer.vocabulary import train_tokenizer
from classifiers.transformer.network import NETWORK, TOKENS
from domain.errors import InputError
from domain.lexicon import Lexicon
from tests.classifiers.test_training import some, write

# torch warns of what its exporter traces, and of its own parts that will go.
pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(600)]
SIZE = Size(width=32, layers=1, heads=2)
COURSE = Course(epochs=2, rate=3e-3, seed=1)
SALE, TEA = "гашиш 3 г 9000 тг закладка магнит номер 5", "чайник 3 штуки в лавке номер 5"


class KilledError(Exception):
    """What ends a training in the middle."""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[SourceFile]:
    folder = tmp_path_factory.mktemp("pack")
    for name in ("first", "second", "ru_drugshop_bot_texts"):
        write(folder / "train", name, [*some("sale", 20), *some("tea", 20)])
    write(folder / "train", "tgspam_umputun", list(some("tea", 5)))
    write(folder / "dev", "third", [*some("sale", 4), *some("tea", 4)])
    return read_pack(folder)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "classifiers.training.leaving_out.assemble", lambda f, s: assemble(f, s, 60)
    )
    monkeypatch.setattr(second, "own_base", partial(own_base, size=SIZE))
    torch.set_num_threads(1)


def trained(
    files: list[SourceFile], lexicon: Lexicon, out: Path, plan: Plan, killed_at: str = ""
) -> list[str]:
    said: list[str] = []

    def say(line: str) -> None:
        said.append(line)
        if killed_at and line.startswith(killed_at):
            raise KilledError(line)

    train.train(files, lexicon, out, seed=5, date="2026-01-02", say=say, transformer=plan)
    return said


def test_a_training_that_was_killed_between_folds_goes_on_where_it_was(
    files: list[SourceFile], lexicon: Lexicon, tmp_path: Path
) -> None:
    plan, out = Plan(tmp_path / "work", course=COURSE), tmp_path / "model"
    with pytest.raises(KilledError):
        trained(files, lexicon, out, plan, "left out bot texts")
    assert not out.exists()
    kept = {path: path.stat().st_mtime_ns for path in plan.keep.rglob("*") if path.is_file()}
    assert not [path for path in kept if "partial" in str(path)]
    said = trained(files, lexicon, out, plan)
    assert any(line.startswith("pre-trained encoder found") for line in said)
    found = [line for line in said if "scores found in" in line]
    assert len(found) == 1
    assert found[0].startswith("left out bot texts")
    scores = [path for path in kept if path.suffix == ".npy"]
    assert len(scores) == 1
    assert scores[0].stat().st_mtime_ns == kept[scores[0]]
    cascade = load(out, lexicon)
    sale, tea = cascade.assess(SALE), cascade.assess(TEA)
    assert sale.probability > tea.probability
    assert sale.stage == "transformer"
    again = tmp_path / "again"
    said = trained(files, lexicon, again, plan)
    assert any(line.startswith("network and tokenizer found") for line in said)
    assert (again / "encoder.onnx").read_bytes() == (out / "encoder.onnx").read_bytes()
    assert load(again, lexicon).assess(SALE).probability == sale.probability


def test_what_was_saved_in_part_is_made_anew(
    files: list[SourceFile], lexicon: Lexicon, tmp_path: Path
) -> None:
    keep = tmp_path / "work"
    (keep / "base.partial").mkdir(parents=True)
    (keep / "base.partial" / "config.json").write_text("{")
    corpus = assemble(files, 5, 60)
    stage = SecondStage(files, corpus, lexicon, Plan(keep, course=COURSE), lambda line: None)
    assert base_classifier(stage.base)[0].config.hidden_size == SIZE.width
    assert not (keep / "base.partial").exists()


@pytest.mark.parametrize("change", ["rows", "base", "course"])
def test_work_of_another_training_is_refused(
    files: list[SourceFile], lexicon: Lexicon, tmp_path: Path, checkpoint: Path, change: str
) -> None:
    corpus, plan = assemble(files, 5, 60), Plan(tmp_path / "work", str(checkpoint), COURSE)
    SecondStage(files, corpus, lexicon, plan, lambda line: None)
    SecondStage(files, corpus, lexicon, plan, lambda line: None)
    if change == "rows":
        corpus = assemble(files, 6, 60)
    elif change == "base":
        plan = replace(plan, base=str(tmp_path))
    else:
        plan = replace(plan, course=replace(COURSE, epochs=3))
    with pytest.raises(InputError, match="work of a training on other texts, base or course"):
        SecondStage(files, corpus, lexicon, plan, lambda line: None)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved_checkpoint(tmp_path_factory.mktemp("checkpoint"))


def saved_checkpoint(folder: Path, *, positions: int = TOKENS) -> Path:
    """A BERT of chance as transformers saves it, with no classifier on it."""
    tokenizer = train_tokenizer(text for text, _ in [*some("sale", 20), *some("tea", 20)])
    torch.manual_seed(3)
    BertModel(
        BertConfig(
            vocab_size=tokenizer.get_vocab_size(), hidden_size=32, num_hidden_layers=1,
            num_attention_heads=2, intermediate_size=64, max_position_embeddings=positions,
        )
    ).save_pretrained(folder)  # fmt: skip
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]",
        sep_token="[SEP]", mask_token="[MASK]",
    ).save_pretrained(folder)  # fmt: skip
    return folder


def test_a_checkpoint_of_others_is_fine_tuned_and_left_as_it_was(
    files: list[SourceFile], lexicon: Lexicon, tmp_path: Path, checkpoint: Path
) -> None:
    before = {path.name: path.read_bytes() for path in checkpoint.iterdir()}
    plan, out = Plan(tmp_path / "work", str(checkpoint), COURSE), tmp_path / "model"
    said = trained(files, lexicon, out, plan)
    assert not any("pre-training" in line for line in said)
    assert {path.name: path.read_bytes() for path in checkpoint.iterdir()} == before
    assert (out / NETWORK).stat().st_size < 400_000  # a quarter of its size in full precision
    cascade = load(out, lexicon)
    assert cascade.assess(SALE).probability > cascade.assess(TEA).probability


def test_eight_bits_say_nearly_what_the_trained_weights_say(
    files: list[SourceFile], lexicon: Lexicon, tmp_path: Path, checkpoint: Path
) -> None:
    from classifiers.training.transformer.exporting import export
    from classifiers.training.transformer.finetuning import logits_of
    from classifiers.training.transformer.tokenizing import Encode
    from classifiers.transformer.network import Network

    model, tokenizer = base_classifier(str(checkpoint))
    texts = [text for text, _ in [*some("sale", 10), *some("tea", 10)]]
    full = logits_of(model.eval(), Encode(tokenizer), texts)
    export(model, tokenizer, tmp_path / "out")
    found = Network(tmp_path / "out").logits(texts)
    assert np.abs(found - full).max() < 0.1 * np.abs(full).max() + 0.02


def test_a_base_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be used as an encoder"):
        base_classifier(str(tmp_path / "none"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"base .*empty cannot be used"):
        base_classifier(str(tmp_path / "empty"))
    short = saved_checkpoint(tmp_path / "short", positions=64)
    with pytest.raises(InputError, match="64 positions, 192 are read"):
        base_classifier(str(short))
