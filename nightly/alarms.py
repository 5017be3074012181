"""From where on the report warns of the classifier."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Alarms:
    """From where on the report warns: see the settings ``drift``."""

    score_shift: float = 0.25
    unknown_words: float = 0.05
    queue_precision: float = 0.3
    precision_days: int = 28
