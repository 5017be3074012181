"""Everything that is measured on labelled rows with a model as it is, for its card.

No line is fitted and no threshold chosen here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.cascade import Cascade
from classifiers.corpora import CorpusFile, digest_of
from classifiers.rows import Row
from classifiers.training.corpus_groups import corpus_groups
from classifiers.training.evaluate import Outcome, figures_by, groups, outcomes
from classifiers.training.nested import rate
from classifiers.training.obfuscation import losses
from classifiers.training.reliability import mixed_weights, reliability
from classifiers.training.role_figures import role_figures
from domain.assessment import Label

_ALL = "all"


@dataclass(frozen=True, slots=True)
class Measurer:
    """Measures ``cascade``; ``say`` hears how far it is, ``seed`` chooses the disguises."""

    cascade: Cascade
    say: Callable[[str], None]
    seed: int = 1

    def corpora(
        self, files: Sequence[CorpusFile], plain: NDArray[np.float64] | None = None
    ) -> dict[str, Any]:
        """All figures of evaluation texts; ``plain`` holds the plain baseline's scores."""
        rows = [row for one in files for row in one.rows]
        found = self._rows(rows, list(corpus_groups(files)), plain)
        hashes = {one.name: one.sha256 for one in files}
        found["files"] = {one.name: [len(one.rows), one.sha256] for one in files}
        found["digest"] = digest_of(hashes)
        return found

    def unseen(
        self, rows: Sequence[Row], plain: NDArray[np.float64] | None = None
    ) -> dict[str, Any]:
        """All figures of a pack's rows that no shipped weight was trained on."""
        return self._rows(rows, list(groups(rows)), plain)

    def _rows(
        self,
        rows: Sequence[Row],
        chosen: Sequence[tuple[str, NDArray[np.bool_]]],
        plain: NDArray[np.float64] | None,
    ) -> dict[str, Any]:
        said = outcomes(rows, self.cascade, self.say)
        chances = np.array([one.probability for one in said])
        figures = figures_by(chosen, rows, chances, self.cascade.threshold, plain)
        card = {
            "model": self.cascade.version,
            "figures": {one.name: one.as_json() for one in figures},
            "calibration": _calibration(rows, chances),
            "obfuscation": self._obfuscation(rows, chances),
            "passing": self._passing(rows, said),
            "roles": _roles(rows, said),
        }
        return {key: value for key, value in card.items() if value}

    def _obfuscation(self, rows: Sequence[Row], chances: NDArray[np.float64]) -> dict[str, Any]:
        over = chances >= self.cascade.threshold
        selling = [at for at, row in enumerate(rows) if row.label is Label.DRUG_SALE]
        if not selling:
            return {}
        self.say(f"disguising {len(selling)} selling texts")
        found = list(losses([rows[at].text for at in selling], self._finds, seed=self.seed,
                            plain=[bool(over[at]) for at in selling]))  # fmt: skip
        return {
            "plain": found[0].plain.as_json(),
            "under": {one.disguise: one.as_json() for one in found},
        }

    def _finds(self, text: str) -> bool:
        return self.cascade.assess(text).probability >= self.cascade.threshold

    def _passing(self, rows: Sequence[Row], said: Sequence[Outcome]) -> dict[str, Any]:
        if not self.cascade.bands:
            return {}
        band = self.cascade.bands[0]
        passed = np.array([band.holds(one.by_stage[0]) for one in said])
        called = np.array([one.by_stage[-1] >= self.cascade.threshold for one in said])
        sells = np.array([row.label is Label.DRUG_SALE for row in rows])
        masks = [(_ALL, np.ones(len(rows), dtype=bool)), *groups(rows)]
        return {
            name: {
                "innocent_passed_on": rate(passed, own & ~sells).as_json(),
                "called_selling_passed_on": rate(passed, own & called).as_json(),
            }
            for name, own in masks
        }


def _calibration(rows: Sequence[Row], chances: NDArray[np.float64]) -> dict[str, Any]:
    """By language, for the mix that probabilities are stated for."""
    sells = np.array([row.label is Label.DRUG_SALE for row in rows])
    source = np.array([row.source for row in rows])
    lang = np.array([row.lang or "?" for row in rows])
    found: dict[str, Any] = {}
    for name in (_ALL, *np.unique(lang).tolist()):
        own = np.ones(len(rows), dtype=bool) if name == _ALL else lang == name
        if not sells[own].any() or sells[own].all():
            continue
        weights = mixed_weights(source[own], sells[own])
        found[name] = reliability(chances[own], sells[own], weights).as_json()
    return found


def _roles(rows: Sequence[Row], said: Sequence[Outcome]) -> dict[str, Any]:
    pairs = [
        (row.role, one.role) for row, one in zip(rows, said, strict=True) if row.role is not None
    ]
    return role_figures(pairs) if pairs else {}
