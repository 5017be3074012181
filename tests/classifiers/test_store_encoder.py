"""A model of two stages is loaded only if its encoder is the one the card names, and fits."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from classifiers.store import CALIBRATION, CARD, clear, load, load_glancer, read_card, write_card
from classifiers.transformer.network import NETWORK, TOKENIZER
from domain.errors import ModelError
from domain.lexicon import Lexicon
from tests.classifiers.conftest import ROOT
from tests.classifiers.encoders import write_encoder, write_model

WORDS = {"гашиш": (9.0, 2.0, 0.0), "погода": (0.0, 0.0, 1.0)}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, lexicon: Lexicon) -> Path:
    return write_model(tmp_path_factory.mktemp("made") / "model", lexicon, WORDS)


@pytest.fixture
def model(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "model"))


def rewrite(model: Path, change: Callable[[dict[str, Any]], object]) -> None:
    card = json.loads((model / CARD).read_text("utf-8"))
    change(card)
    (model / CARD).write_text(json.dumps(card), "utf-8")


def test_both_stages_are_loaded(model: Path, lexicon: Lexicon) -> None:
    assert load(model, lexicon).assess("Гашиш, погода").stage == "transformer"


@pytest.mark.parametrize("name", [NETWORK, TOKENIZER, CALIBRATION])
def test_a_missing_or_changed_file_is_named(model: Path, lexicon: Lexicon, name: str) -> None:
    kept = (model / name).read_bytes()
    (model / name).write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
    with pytest.raises(ModelError, match=f"{name} is not the one its card names"):
        load(model, lexicon)
    (model / name).unlink()
    with pytest.raises(ModelError, match=f"{name} cannot be read"):
        load(model, lexicon)


def test_an_encoder_of_other_labels_is_refused_though_the_card_names_it(
    model: Path, lexicon: Lexicon
) -> None:
    write_encoder(model, {"гашиш": (9.0, 2.0)}, (0.0, 0.0))
    write_card(model, read_card(model))
    with pytest.raises(ModelError, match=f"{NETWORK} .*3 labels"):
        load(model, lexicon)


@pytest.mark.parametrize(
    "passed_on", ["x", [0.1], [0.1, "b"], [0.1, 0.5, 1.0], [1.0, 0.1], None, 3]
)
def test_a_card_that_does_not_say_what_is_passed_on_is_refused(
    model: Path, lexicon: Lexicon, passed_on: object
) -> None:
    rewrite(model, lambda card: card.update(passed_on=passed_on))
    with pytest.raises(ModelError, match=f"{CARD} does not say what is passed on"):
        load(model, lexicon)
    rewrite(model, lambda card: card.pop("passed_on"))
    with pytest.raises(ModelError, match=f"{CARD} does not say what is passed on"):
        load(model, lexicon)


@pytest.mark.parametrize("name", ["model.npz", CALIBRATION, TOKENIZER])
def test_a_file_that_the_card_does_not_name_is_not_loaded(
    model: Path, lexicon: Lexicon, name: str
) -> None:
    rewrite(model, lambda card: card["files"].pop(name))
    with pytest.raises(ModelError, match=f"{CARD} names no {name}"):
        load(model, lexicon)


def test_an_encoder_without_a_line_of_its_own_is_refused(model: Path, lexicon: Lexicon) -> None:
    stored = json.loads((model / CALIBRATION).read_text("utf-8"))
    (model / CALIBRATION).write_text(json.dumps({"linear": stored["linear"]}), "utf-8")
    write_card(model, read_card(model))
    with pytest.raises(ModelError, match=f"{CALIBRATION} has no line for the transformer"):
        load(model, lexicon)


def test_what_is_passed_on_belongs_to_the_models_name(model: Path, lexicon: Lexicon) -> None:
    before = load(model, lexicon).version
    rewrite(model, lambda card: card.update(passed_on=[0.3, 1.0]))
    assert load(model, lexicon).version != before


def test_clearing_takes_a_model_and_nothing_else(model: Path) -> None:
    (model / "notes.txt").write_text("mine", "utf-8")
    with pytest.raises(ModelError, match=r"holds notes\.txt"):
        clear(model)
    assert (model / NETWORK).exists()
    (model / "notes.txt").unlink()
    clear(model)
    assert list(model.iterdir()) == []
    clear(model.parent / "none")


def test_a_glance_is_the_first_stages_whoever_loaded_it(model: Path, lexicon: Lexicon) -> None:
    whole, first = load(model, lexicon), load_glancer(model, lexicon)
    for text in ("Гашиш, погода", "чай", ""):
        assert first.glance(text, title="Цены") == whole.glance(text, title="Цены")
    assert (first.version, first.threshold) == (whole.version, whole.threshold)


def test_glances_have_a_threshold_of_their_own(model: Path, lexicon: Lexicon) -> None:
    assert load_glancer(model, lexicon).threshold == load(model, lexicon).threshold == 0.5
    before = load(model, lexicon).version
    rewrite(model, lambda card: card.update(glance_threshold=0.7))
    assert load_glancer(model, lexicon).threshold == 0.7
    assert load(model, lexicon).threshold == 0.5
    assert load(model, lexicon).version == load_glancer(model, lexicon).version != before


def test_what_only_glances_has_no_runtime_in_memory(model: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from classifiers import load_glancer;"
        "from classifiers.lexicons import read_lexicon;"
        f"model = load_glancer(Path({str(model)!r}), read_lexicon(Path('config/lexicons')));"
        "model.glance('гашиш'); import crawlers.readers;"
        "sys.exit('onnxruntime' in sys.modules)"
    )
    environment = {"DJANGO_SETTINGS_MODULE": "config.settings", "PATH": ""}
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=environment)
    assert done.returncode == 0
