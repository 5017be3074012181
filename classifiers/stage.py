"""One stage of the cascade, and the linear one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from classifiers.features import Row
from classifiers.linear import Contribution, LinearModel
from classifiers.prepared import Prepared
from classifiers.signals import Mark

_WindowRow = tuple[str, list[Mark], Row]
_EXPLAINED_FROM = -6.0


@dataclass(frozen=True, slots=True)
class Judgement:
    """Calibrated log-odds of selling, those of being about drugs, and why (normalised places)."""

    selling: float
    about_drugs: float
    why: tuple[Contribution, ...]


class Stage(Protocol):
    """A model that judges a prepared text."""

    @property
    def name(self) -> str:
        """Short name, as it stands in ``Assessment.stage``."""
        ...

    def judge(self, prepared: Prepared) -> Judgement:
        """The judgement of one text, pure and safe to call from several threads."""
        ...


class LinearStage:
    """The fast stage: each window scored, the strongest speaks for the text."""

    name = "linear"

    def __init__(self, model: LinearModel) -> None:
        self._model = model

    def judge(self, prepared: Prepared) -> Judgement:
        """See ``Stage``; the highest window decides, so that length hides nothing."""
        best: tuple[float, int] | None = None
        about = -99.0
        rows: list[_WindowRow] = []
        for number, window in enumerate(prepared.windows):
            text = prepared.aligned.text[window.start : window.end]
            marks = prepared.marks.within(window.start, window.end)
            row = self._model.row(text, marks)
            rows.append((text, marks, row))
            logit = self._model.calibration.apply(self._model.sale.logit(row))
            about = max(about, self._model.drug.logit(row))
            if best is None or logit > best[0]:
                best = logit, number
        assert best is not None  # there is always a window
        return Judgement(best[0], about, self._why(prepared, rows, *best))

    def _why(
        self, prepared: Prepared, rows: list[_WindowRow], logit: float, number: int
    ) -> tuple[Contribution, ...]:
        text, marks, row = rows[number]
        if logit < _EXPLAINED_FROM:
            return ()
        return tuple(self._model.explain(text, prepared.windows[number].start, marks, row))
