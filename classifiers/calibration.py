"""From the raw scores of the stages to one probability, by language (Platt, 1999)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

#: The line for a language that has none of its own.
ANY = ""


@dataclass(frozen=True, slots=True)
class Line:
    """Calibrated log-odds: one weight for the raw log-odds of each stage so far, and an offset."""

    weights: tuple[float, ...]
    offset: float

    def apply(self, raw: Sequence[float]) -> float:
        """Calibrated log-odds of ``raw``; raises ValueError for another number of scores."""
        pairs = zip(self.weights, raw, strict=True)
        return sum((weight * one for weight, one in pairs), self.offset)


@dataclass(frozen=True, slots=True)
class Calibration:
    """Lines by language code; ANY holds the line for all others."""

    lines: Mapping[str, Line]

    def line(self, lang: str) -> Line:
        """The line for texts in ``lang``."""
        return self.lines.get(lang) or self.lines[ANY]

    def as_json(self) -> dict[str, Any]:
        """For the model's file."""
        return {
            lang: {"weights": list(line.weights), "offset": line.offset}
            for lang, line in sorted(self.lines.items())
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any], scores: int) -> Calibration:
        """What ``as_json`` wrote, for ``scores`` raw scores; raises ValueError or KeyError for
        anything else."""
        lines = {
            lang: Line(tuple(map(float, one["weights"])), float(one["offset"]))
            for lang, one in stored.items()
        }
        if ANY not in lines:
            raise ValueError("calibration has no line for languages without one of their own")
        if any(len(line.weights) != scores for line in lines.values()):
            raise ValueError(f"calibration is not for {scores} scores")
        return cls(lines)
