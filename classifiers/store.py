"""A trained model as files: ``model.npz`` (no pickle), ``overlap.npz``, ``card.json`` and, where
there is one, the substance head."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from classifiers.cascade import Cascade
from classifiers.linear import Calibration, Head, LinearModel, check_shape
from classifiers.stage import LinearStage
from classifiers.substances import FILE as SUBSTANCES
from classifiers.substances import load_head
from domain.digests import digest, sha256_hex
from domain.errors import ModelError
from domain.lexicon import Lexicon

MODEL, SKETCH, CARD = "model.npz", "overlap.npz", "card.json"
FORMAT = 1


def save(folder: Path, model: LinearModel) -> None:
    """Write ``model.npz`` under ``folder``; the same model gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        folder / MODEL,
        format=np.int64(FORMAT),
        idf=model.idf.astype(np.float16),
        sale=model.sale.weights,
        drug=model.drug.weights,
        scalars=np.array(
            [
                model.sale.intercept,
                model.drug.intercept,
                model.calibration.slope,
                model.calibration.offset,
            ]
        ),
    )


def write_card(folder: Path, card: Mapping[str, Any]) -> None:
    """Write ``card.json`` with the hashes of the files beside it."""
    named = [MODEL, SKETCH, *(name for name in (SUBSTANCES,) if (folder / name).exists())]
    files = {name: sha256_hex((folder / name).read_bytes()) for name in named}
    text = json.dumps({**card, "files": files}, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / CARD).write_text(text + "\n", encoding="utf-8")


def read_card(folder: Path) -> dict[str, Any]:
    """The card of a model; raises ModelError when it is missing or no card."""
    path = folder / CARD
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(card, dict) or not {"files", "threshold", "lexicon"} <= card.keys():
            raise ValueError("it lacks files, threshold or lexicon")
    except (OSError, ValueError) as error:
        raise _failed(f"model card {path} cannot be read: {error}") from error
    return card


def threshold_of(folder: Path) -> float:
    """The threshold in the card of a model. Raises ModelError when there is none."""
    return float(read_card(folder)["threshold"])


def version_of(card: Mapping[str, Any]) -> str:
    """The short name of a model: twelve hex digits over its files, lexicon and threshold."""
    return digest({key: card[key] for key in ("files", "lexicon", "threshold")})[:12]


def load(folder: Path, lexicon: Lexicon) -> Cascade:
    """The cascade of the model under ``folder``.

    Raises ModelError when a file is missing, is not the one the card names, or was trained with
    another lexicon than ``lexicon``.
    """
    card = read_card(folder)
    for name, expected in sorted(card["files"].items()):
        _check(folder / name, str(expected))
    if card["lexicon"] != lexicon.digest:
        raise _failed(
            f"model {folder} was trained with lexicon {card['lexicon'][:12]}, "
            f"the lexicon in use is {lexicon.digest[:12]}: train again"
        )
    stage = LinearStage(load_linear(folder))
    threshold = float(card["threshold"])
    head = load_head(folder / SUBSTANCES) if SUBSTANCES in card["files"] else None
    return Cascade([stage], lexicon, threshold=threshold, version=version_of(card), substances=head)


def load_linear(folder: Path) -> LinearModel:
    """The weights under ``folder``, unchecked by hash; raises ModelError when they do not fit."""
    path = folder / MODEL
    try:
        with np.load(path, allow_pickle=False) as stored:
            if int(stored["format"]) != FORMAT:
                raise ValueError(f"format {int(stored['format'])}, not {FORMAT}")
            sale, drug, slope, offset = map(float, stored["scalars"])
            model = LinearModel(
                stored["idf"].astype(np.float32),
                Head(stored["sale"], sale),
                Head(stored["drug"], drug),
                Calibration(slope, offset),
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
