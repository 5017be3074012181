"""One stage of the cascade, and the linear one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from classifiers.calibration import Calibration
from classifiers.features import Row
from classifiers.linear import Contribution, LinearModel
from classifiers.prepared import Prepared
from classifiers.signals import Mark

_WindowRow = tuple[str, list[Mark], Row]
EXPLAINED_FROM = -6.0


@dataclass(frozen=True, slots=True)
class Judgement:
    """Calibrated log-odds of selling, those of being about drugs, and why (normalised places).

    For the stage that comes next: ``raw`` holds the uncalibrated log-odds of each stage so far,
    ``ratings`` those of each of the text's windows.
    """

    selling: float
    about_drugs: float
    why: tuple[Contribution, ...]
    raw: tuple[float, ...] = ()
    ratings: tuple[float, ...] = ()


class Stage(Protocol):
    """A model that judges a prepared text."""

    @property
    def name(self) -> str:
        """Short name, as it stands in ``Assessment.stage``."""
        ...

    def judge(self, prepared: Prepared, earlier: Judgement | None = None) -> Judgement:
        """The judgement of one text, given that of the stage before; pure and safe to call from
        several threads."""
        ...


class FirstStage(Stage, Protocol):
    """The stage that sees every text, and tells by a glance where to look next."""

    def glance(self, prepared: Prepared) -> tuple[float, float]:
        """Log-odds of selling (calibrated) and of being about drugs, without why."""
        ...


class LinearStage:
    """The fast stage: each window scored, the strongest speaks for the text."""

    name = "linear"

    def __init__(self, model: LinearModel, calibration: Calibration) -> None:
        self._model, self._calibration = model, calibration

    def glance(self, prepared: Prepared) -> tuple[float, float]:
        """See ``FirstStage``."""
        rows = [row for _, _, row in self._rows(prepared)]
        selling = max(self._model.sale.logit(row) for row in rows)
        about = max(self._model.drug.logit(row) for row in rows)
        return self._calibration.line(prepared.lang).apply([selling]), about

    def judge(self, prepared: Prepared, earlier: Judgement | None = None) -> Judgement:
        """See ``Stage``; the highest window decides, so that length hides nothing."""
        del earlier
        rows = list(self._rows(prepared))  # there is always a window
        logits = [self._model.sale.logit(row) for _, _, row in rows]
        number = max(range(len(rows)), key=logits.__getitem__)
        line = self._calibration.line(prepared.lang)
        selling = line.apply([logits[number]])
        about = max(self._model.drug.logit(row) for _, _, row in rows)
        why: tuple[Contribution, ...] = ()
        if selling >= EXPLAINED_FROM:
            text, marks, row = rows[number]
            start = prepared.windows[number].start
            why = tuple(self._model.explain(text, start, marks, row, line.weights[0]))
        return Judgement(selling, about, why, (logits[number],), tuple(logits))

    def _rows(self, prepared: Prepared) -> Iterator[_WindowRow]:
        for window in prepared.windows:
            text = prepared.aligned.text[window.start : window.end]
            marks = prepared.marks.within(window.start, window.end)
            yield text, marks, self._model.row(text, marks)
