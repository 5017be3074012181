"""What a model is trained on: rows of the pack, disguised copies and generated text."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from classifiers.augment.writer import disguised_copies, generate
from classifiers.rows import UNTRAINED, Row, SourceFile
from domain.assessment import Label

# One-class sources so large that they would only slow the fit: a seeded sample of their `other`.
_CAPS = {"kazakh_news_reviews": 9000, "ru_medical_texts": 8000}
_DISGUISED_SHARE = 0.15
_DISGUISED_UP_TO = 1500
GENERATED = 60_000
# Texts of one kind in two files: they leave training together.
TOGETHER = (
    frozenset({"ru_drugshop_bot_texts", "ru_shopbot_texts_more"}),
)  # fmt: skip
# Bot texts, and issue ads of one kind with them: measured when none of them is trained on.
SHORT_MENUS = ("ru_drugshop_bot_texts", "ru_shopbot_texts_more", "dev:github_issue_drug_ads")


@dataclass(frozen=True, slots=True)
class Corpus:
    """Rows with what the fit asks of them; ``original`` are rows of the pack as they are."""

    rows: tuple[Row, ...]
    source: NDArray[np.str_]
    sells: NDArray[np.bool_]
    about_drugs: NDArray[np.bool_]
    original: NDArray[np.bool_]
    trainable: NDArray[np.bool_]
    weight: NDArray[np.float64]

    def folds(self) -> list[tuple[str, frozenset[str]]]:
        """What leaves training together: each trainable source of the pack, or its group."""
        names = sorted({str(s) for s in self.source[self.trainable & self.original]})
        groups = dict.fromkeys(
            next((one for one in TOGETHER if name in one), frozenset({name})) for name in names
        )
        return [("+".join(sorted(group)), group) for group in groups]


def dev_name(name: str) -> str:
    """The source name of a file of the dev part, which is never trained on."""
    return f"dev:{name}"


def assemble(files: Sequence[SourceFile], seed: int, generated: int = GENERATED) -> Corpus:
    """The corpus of ``files``, the same for the same seed."""
    rng = random.Random(seed)  # noqa: S311 - a reproducible sample, no secret
    pack: list[Row] = []
    for one in files:
        name = one.name if one.part == "train" else dev_name(one.name)
        kept = _sampled(one.rows, _CAPS.get(one.name, 0), rng)
        pack += [replace(row, source=name) for row in kept]
    short = [row for row in pack if _is_trainable(row) and len(row.text) <= _DISGUISED_UP_TO]
    rows = [*pack, *disguised_copies(short, _DISGUISED_SHARE, seed + 1)]
    rows += generate(generated, seed + 2)
    return Corpus(
        tuple(rows),
        np.array([row.source for row in rows]),
        np.array([row.label is Label.DRUG_SALE for row in rows]),
        np.array([row.label is not Label.OTHER for row in rows]),
        np.arange(len(rows)) < len(pack),
        np.array([_is_trainable(row) for row in rows]),
        np.array([row.weight for row in rows]),
    )


def _is_trainable(row: Row) -> bool:
    return row.source not in UNTRAINED and not row.source.startswith("dev:")


def _sampled(rows: Sequence[Row], cap: int, rng: random.Random) -> Sequence[Row]:
    if not cap or len(rows) <= cap:
        return rows
    kept = [row for row in rows if row.label is not Label.OTHER]
    rest = [row for row in rows if row.label is Label.OTHER]
    return [*kept, *rng.sample(rest, max(0, cap - len(kept)))]
