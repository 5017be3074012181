"""A model is loaded only if it is the one its card names."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from classifiers.store import (
    CARD,
    MODEL,
    SKETCH,
    glance_threshold_of,
    load,
    read_card,
    save,
    threshold_of,
)
from domain.errors import ModelError
from domain.lexicon import Lexicon

SHIPPED = Path(__file__).resolve().parents[2] / "classifiers" / "model"
MEBIBYTE = 1024 * 1024


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "model"))


def test_the_shipped_model_fits_the_shipped_lexicon(lexicon: Lexicon) -> None:
    cascade = load(SHIPPED, lexicon)
    assert 0.3 < cascade.threshold < 1
    assert len(cascade.version) == 12


def test_the_shipped_model_is_small_and_has_no_pickle() -> None:
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) < 12 * MEBIBYTE
    assert (SHIPPED / SKETCH).stat().st_size <= 300_000
    with np.load(SHIPPED / MODEL, allow_pickle=False) as stored:
        assert {stored[name].dtype.kind for name in stored.files} <= {"f", "i"}


def test_the_card_says_what_the_weights_were_not_trained_on() -> None:
    trained = {one["name"]: one["trained"] for one in read_card(SHIPPED)["sources"]}
    assert trained["skoltech_sensitive_topics"] == trained["tgspam_umputun"] == 0
    assert all(one["trained"] == 0 for one in read_card(SHIPPED)["sources"] if one["part"] == "dev")


@pytest.mark.parametrize("name", [MODEL, SKETCH])
def test_a_changed_file_is_refused(model: Path, lexicon: Lexicon, name: str) -> None:
    with (model / name).open("ab") as file:
        file.write(b"x")
    with pytest.raises(ModelError, match=f"{name} is not the one its card names"):
        load(model, lexicon)


@pytest.mark.parametrize("name", [MODEL, SKETCH, CARD])
def test_a_missing_file_is_named(model: Path, lexicon: Lexicon, name: str) -> None:
    (model / name).unlink()
    with pytest.raises(ModelError, match=f"{name} cannot be read"):
        load(model, lexicon)


@pytest.mark.parametrize("text", ["", "[]", "{}", "{", "\xff"])
def test_a_broken_card_is_refused(model: Path, lexicon: Lexicon, text: str) -> None:
    (model / CARD).write_text(text, "latin-1")
    with pytest.raises(ModelError, match="cannot be read"):
        load(model, lexicon)


def test_another_lexicon_is_refused(model: Path) -> None:
    other = Lexicon.parse({"a.toml": '[a]\nkind = "trade"\nen = "tea"'})
    with pytest.raises(ModelError, match="train again"):
        load(model, other)


def test_weights_of_another_shape_are_refused(model: Path, lexicon: Lexicon) -> None:
    from domain.digests import sha256_hex

    with np.load(model / MODEL) as stored:
        arrays = {name: stored[name] for name in stored.files}
    np.savez(model / MODEL, **{**arrays, "sale": arrays["sale"][:-1]})
    card = json.loads((model / CARD).read_text("utf-8"))
    card["files"][MODEL] = sha256_hex((model / MODEL).read_bytes())
    (model / CARD).write_text(json.dumps(card), "utf-8")
    with pytest.raises(ModelError, match="sale has shape"):
        load(model, lexicon)


def test_saving_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    from classifiers.store import load_linear

    model = load_linear(SHIPPED)
    for name in ("a", "b"):
        save(tmp_path / name, model)
    assert (tmp_path / "a" / MODEL).read_bytes() == (tmp_path / "b" / MODEL).read_bytes()


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"threshold": 2.0}, "threshold 2.0 is no probability"),
        ({"threshold": float("nan")}, "threshold nan is no probability"),
        ({"threshold": "x"}, "could not convert"),
        ({"glance_threshold": -0.1}, "glance_threshold -0.1 is no probability"),
        ({"files": {"model.npz": ""}, "passed_on": [0.1, 1.0]}, "encoder.onnx, which it does not"),
    ],
)
def test_a_card_that_can_decide_nothing_is_refused(
    tmp_path: Path, values: dict[str, object], said: str
) -> None:
    card = {"files": {}, "threshold": 0.5, "lexicon": "x", **values}
    (tmp_path / "card.json").write_text(json.dumps(card))
    with pytest.raises(ModelError, match=re.escape(said)):
        read_card(tmp_path)


def test_glances_have_the_first_stages_own_threshold(tmp_path: Path) -> None:
    card = {"files": {}, "threshold": 0.5, "lexicon": "x"}
    (tmp_path / "card.json").write_text(json.dumps(card))
    assert glance_threshold_of(tmp_path) == 0.5
    (tmp_path / "card.json").write_text(json.dumps({**card, "glance_threshold": 0.4}))
    assert (threshold_of(tmp_path), glance_threshold_of(tmp_path)) == (0.5, 0.4)
