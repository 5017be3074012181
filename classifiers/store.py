"""A trained model as a folder of files, each named with its hash in ``card.json``.

``model.npz`` (no pickle) and ``calibration.json`` are the first stage's and the calibration of
all; ``overlap.npz`` is the sketch of training text; ``substances.npz`` the substance head, where
there is one; ``encoder.onnx`` and ``tokenizer.json`` are the second stage, where there is one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from classifiers.calibration import Calibration
from classifiers.cascade import Band, Cascade, Glancer
from classifiers.learning.words import WORDS
from classifiers.linear import Head, LinearModel, check_shape
from classifiers.stage import LinearStage, Stage
from classifiers.substances import FILE as SUBSTANCES
from classifiers.substances import load_head
from classifiers.transformer.network import NETWORK, TOKENIZER, Network
from classifiers.transformer.stage import TransformerStage
from domain.digests import digest, sha256_hex
from domain.errors import ModelError
from domain.lexicon import Lexicon

MODEL, SKETCH, CARD = "model.npz", "overlap.npz", "card.json"
CALIBRATION = "calibration.json"
#: In the card of a model of two stages: the first one's own threshold.
GLANCE_THRESHOLD = "glance_threshold"
FORMAT = 2
_FILES = frozenset(
    {MODEL, SKETCH, CARD, CALIBRATION, SUBSTANCES, WORDS, NETWORK, TOKENIZER, f".{CARD}.partial"}
)
# In calibration.json: by the last stage that has spoken, how many scores there are by then.
_SCORES = {LinearStage.name: 1, TransformerStage.name: 2}


def clear(folder: Path) -> None:
    """Take away a model that is to be replaced; raises ModelError as ``check_replaceable``."""
    check_replaceable(folder)
    for path in folder.iterdir() if folder.exists() else ():
        path.unlink()


def put_in_place(made: Path, folder: Path) -> None:
    """Make the whole model under ``made`` the one under ``folder``, the card last; ``made`` is gone
    then. Raises ModelError as ``check_replaceable``."""
    clear(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(made.iterdir(), key=lambda one: one.name == CARD):
        path.replace(folder / path.name)
    made.rmdir()


def check_replaceable(folder: Path) -> None:
    """Raise ModelError when ``folder`` holds anything that its card does not name and no model is
    made of."""
    if not folder.exists():
        return
    named = read_card(folder)["files"].keys() if (folder / CARD).exists() else frozenset[str]()
    strange = sorted({path.name for path in folder.iterdir()} - _FILES - named)
    if strange:
        raise _failed(f"{folder} is no folder of a model alone: it holds {', '.join(strange)}")


def save(folder: Path, model: LinearModel) -> None:
    """Write ``model.npz`` under ``folder``; the same model gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        folder / MODEL,
        format=np.int64(FORMAT),
        idf=model.idf.astype(np.float16),
        sale=model.sale.weights,
        drug=model.drug.weights,
        scalars=np.array([model.sale.intercept, model.drug.intercept]),
    )


def save_calibration(folder: Path, calibrations: Mapping[str, Calibration]) -> None:
    """Write ``calibration.json`` under ``folder``: one calibration by the name of each stage."""
    stored = {name: one.as_json() for name, one in calibrations.items()}
    text = json.dumps(stored, indent=1, sort_keys=True)
    (folder / CALIBRATION).write_text(text + "\n", encoding="utf-8")


def write_card(folder: Path, card: Mapping[str, Any]) -> None:
    """Write ``card.json`` with the hashes of all files beside it."""
    beside = [path for path in sorted(folder.iterdir()) if path.is_file() and _is_named(path)]
    files = {path.name: sha256_hex(path.read_bytes()) for path in beside}
    text = json.dumps({**card, "files": files}, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / CARD).write_text(text + "\n", encoding="utf-8")


def _is_named(path: Path) -> bool:
    # What begins with a point is half written, by a process that is no more.
    return path.name != CARD and not path.name.startswith(".")


def read_card(folder: Path) -> dict[str, Any]:
    """The card of a model; raises ModelError when it is missing or no card."""
    path = folder / CARD
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(card, dict) or not {"files", "threshold", "lexicon"} <= card.keys():
            raise ValueError("it lacks files, threshold or lexicon")
        _check_thresholds(card)
    except (OSError, ValueError, TypeError) as error:
        raise _failed(f"model card {path} cannot be read: {error}") from error
    return card


def _check_thresholds(card: Mapping[str, Any]) -> None:
    """Raise ValueError for what cannot decide anything."""
    for name in ("threshold", GLANCE_THRESHOLD):
        if name in card and not 0 <= float(card[name]) <= 1:
            raise ValueError(f"{name} {card[name]!r} is no probability")
    if "passed_on" in card and NETWORK not in card["files"]:
        raise ValueError(f"texts are passed on to {NETWORK}, which it does not name")


def threshold_of(folder: Path) -> float:
    """The threshold in the card of a model. Raises ModelError when there is none."""
    return float(read_card(folder)["threshold"])


def glance_threshold_of(folder: Path) -> float:
    """The first stage's own threshold in the card of a model: that of glances. Raises as
    ``threshold_of``."""
    card = read_card(folder)
    return float(card.get(GLANCE_THRESHOLD, card["threshold"]))


_DECIDES = ("files", "lexicon", "threshold", "passed_on", GLANCE_THRESHOLD)


def version_of(card: Mapping[str, Any]) -> str:
    """The short name of a model: twelve hex digits over its files, its lexicon and what decides:
    the threshold and, with two stages, what is passed on and the first one's own threshold."""
    decides = [key for key in _DECIDES if key in card]
    return digest({key: card[key] for key in decides})[:12]


def load(folder: Path, lexicon: Lexicon, *, threads: int = 1) -> Cascade:
    """The cascade of the model under ``folder``; the encoder runs on ``threads``.

    Raises ModelError when a file is missing, is not the one the card names, or was trained with
    another lexicon than ``lexicon``.
    """
    card = _checked(folder, lexicon)
    calibrations = load_calibration(folder)
    further = [_second(folder, card, calibrations, threads)] if NETWORK in card["files"] else []
    head = load_head(folder / SUBSTANCES) if SUBSTANCES in card["files"] else None
    return Cascade(
        LinearStage(load_linear(folder), calibrations[LinearStage.name]),
        lexicon, threshold=float(card["threshold"]), version=version_of(card), further=further,
        substances=head,
    )  # fmt: skip


def load_glancer(folder: Path, lexicon: Lexicon) -> Glancer:
    """The first stage of the model under ``folder`` alone, for processes that only glance: no
    encoder and no ONNX Runtime in memory. Its threshold is the one that keeps the first stage's
    false positives as rare as both stages' are at theirs. All files are checked. Raises as
    ``load``."""
    card = _checked(folder, lexicon)
    first = LinearStage(load_linear(folder), load_calibration(folder)[LinearStage.name])
    return Cascade(first, lexicon, threshold=glance_threshold_of(folder), version=version_of(card))


def _checked(folder: Path, lexicon: Lexicon) -> dict[str, Any]:
    """The card, every file that it names being the one it names."""
    card = read_card(folder)
    needed = {MODEL, CALIBRATION} | ({TOKENIZER} if NETWORK in card["files"] else set[str]())
    if unnamed := sorted(needed - card["files"].keys()):
        raise _failed(f"model card {folder / CARD} names no {', '.join(unnamed)}")
    for name, expected in sorted(card["files"].items()):
        _check(folder / name, str(expected))
    if card["lexicon"] != lexicon.digest:
        raise _failed(
            f"model {folder} was trained with lexicon {card['lexicon'][:12]}, "
            f"the lexicon in use is {lexicon.digest[:12]}: train again"
        )
    return card


def _second(
    folder: Path, card: Mapping[str, Any], calibrations: Mapping[str, Calibration], threads: int
) -> tuple[Band, Stage]:
    if TransformerStage.name not in calibrations:
        raise _failed(f"calibration {folder / CALIBRATION} has no line for the transformer stage")
    try:
        low, high = map(float, card["passed_on"])
        if not 0 <= low <= high <= 1:
            raise ValueError(f"{low} to {high} is no band of probabilities")
    except (KeyError, TypeError, ValueError) as error:
        raise _failed(
            f"model card {folder / CARD} does not say what is passed on to the encoder: {error!r}"
        ) from error
    network = Network(folder, threads=threads)
    return Band(low, high), TransformerStage(network, calibrations[TransformerStage.name])


def load_calibration(folder: Path) -> dict[str, Calibration]:
    """The calibrations under ``folder`` by stage. Raises ModelError when none fits."""
    path = folder / CALIBRATION
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        found = {
            name: Calibration.from_json(stored[name], scores)
            for name, scores in _SCORES.items()
            if name in stored
        }
        if LinearStage.name not in found:
            raise ValueError("it has no line for the linear stage")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _failed(f"calibration {path} cannot be read: {error}") from error
    return found


def load_linear(folder: Path) -> LinearModel:
    """The weights under ``folder``, unchecked by hash; raises ModelError when they do not fit."""
    path = folder / MODEL
    try:
        with np.load(path, allow_pickle=False) as stored:
            if int(stored["format"]) != FORMAT:
                raise ValueError(f"format {int(stored['format'])}, not {FORMAT}")
            sale, drug = map(float, stored["scalars"])
            model = LinearModel(
                stored["idf"].astype(np.float32),
                Head(stored["sale"], sale),
                Head(stored["drug"], drug),
            )
        check_shape(model)
    except (OSError, KeyError, ValueError) as error:
        raise _failed(f"model {path} cannot be read: {error}") from error
    return model


def _check(path: Path, expected: str) -> None:
    try:
        found = sha256_hex(path.read_bytes())
    except OSError as error:
        raise _failed(f"model file {path} cannot be read: {error}") from error
    if found != expected:
        raise _failed(f"model file {path} is not the one its card names: SHA-256 {found[:12]}")


def _failed(message: str) -> ModelError:
    return ModelError(message, permanent=True)
