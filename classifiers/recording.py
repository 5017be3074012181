"""Figures into a model's card, and digests that tie them to the model and its data.

``version_of`` names a model by its files, lexicon and threshold; figures do not change it. A card
states in ``digests`` one digest of its data manifest (every file of the pack with its hash) and
one of all measured figures together with the model's version. A figure that was changed by hand,
or taken over from another model, does not agree with them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from classifiers.store import CARD, read_card, version_of
from domain.digests import digest

#: Keys of a card that hold what was measured.
MEASURED = ("threshold", "left_out", "calibration", "passing", "substances", "corpus", "unseen")


def digests_of(card: Mapping[str, Any]) -> dict[str, str]:
    """What ``digests`` of ``card`` must be."""
    found = {name: card[name] for name in MEASURED if name in card}
    return {
        "manifest": digest(card["sources"]),
        "figures": digest({"model": version_of(card), "measured": found}),
    }


def disagreements(card: Mapping[str, Any]) -> list[str]:
    """What in ``card`` does not agree with the rest of it, a line each; empty when all does."""
    stated: Mapping[str, str] = card.get("digests", {})
    found = [
        f"the {name} are not those that the card's digest is of"
        if name in stated
        else f"the card has no digest of its {name}"
        for name, value in digests_of(card).items()
        if stated.get(name) != value
    ]
    for part in ("corpus", "unseen"):
        if part in card and card[part]["model"] != version_of(card):
            found.append(f"figures of {part} are those of model {card[part]['model']}")
    return found


def record(folder: Path, **figures: Mapping[str, Any]) -> dict[str, Any]:
    """Put ``figures`` by their key into the card under ``folder``, with new digests; returns it.

    The hashes of the model's files stay as they are: files are checked against them, not they
    against files. Raises ModelError when there is no card, ValueError for a key that holds no
    figures.
    """
    if strange := figures.keys() - set(MEASURED):
        raise ValueError(f"no figures of a card: {', '.join(sorted(strange))}")
    card = read_card(folder) | figures
    card["digests"] = digests_of(card)
    text = json.dumps(card, ensure_ascii=False, indent=1, sort_keys=True)
    partial = folder / f".{CARD}.partial"
    partial.write_text(text + "\n", encoding="utf-8")
    partial.replace(folder / CARD)
    return read_card(folder)
