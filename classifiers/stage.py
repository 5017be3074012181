"""One stage of the cascade, and the linear one."""

from __future__ import annotations

from collections.abc import Iterator
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

    def glance(self, prepared: Prepared) -> tuple[float, float]:
        """Log-odds of selling (calibrated) and of being about drugs, without why."""
        ...


class LinearStage:
    """The fast stage: each window scored, the strongest speaks for the text."""

    name = "linear"

    def __init__(self, model: LinearModel) -> None:
        self._model = model

    def glance(self, prepared: Prepared) -> tuple[float, float]:
        """See ``Stage``; the highest window decides."""
        rows = [row for _, _, row in self._rows(prepared)]
        selling = max(self._model.sale.logit(row) for row in rows)
        about = max(self._model.drug.logit(row) for row in rows)
        return self._model.calibration.apply(selling), about

    def judge(self, prepared: Prepared) -> Judgement:
        """See ``Stage``; the highest window decides, so that length hides nothing."""
        rows = list(self._rows(prepared))  # there is always a window
        logits = [self._model.sale.logit(row) for _, _, row in rows]
        number = max(range(len(rows)), key=logits.__getitem__)
        selling = self._model.calibration.apply(logits[number])
        about = max(self._model.drug.logit(row) for _, _, row in rows)
        return Judgement(selling, about, self._why(prepared, rows, selling, number))

    def _rows(self, prepared: Prepared) -> Iterator[_WindowRow]:
        for window in prepared.windows:
            text = prepared.aligned.text[window.start : window.end]
            marks = prepared.marks.within(window.start, window.end)
            yield text, marks, self._model.row(text, marks)

    def _why(
        self, prepared: Prepared, rows: list[_WindowRow], logit: float, number: int
    ) -> tuple[Contribution, ...]:
        text, marks, row = rows[number]
        if logit < _EXPLAINED_FROM:
            return ()
        return tuple(self._model.explain(text, prepared.windows[number].start, marks, row))
