"""The settings of watching how the classifier fares."""

from __future__ import annotations

from pydantic import PositiveInt

from config.section import Section, key
from config.values import Share


class Drift(Section):
    score_shift: float = key(
        0.25,
        "Shift of the scores' distribution against the model's first week from which the report "
        "warns, as population stability index; below 0.1 nothing has changed, above 0.25 much has.",
        "index",
        gt=0,
        le=100,
    )
    unknown_words: Share = key(
        0.05,
        "Rise in the share of words that training never saw, against the model's first week, from "
        "which the report warns.",
        "share",
    )
    queue_precision: Share = key(
        0.3,
        "Share of the decided cases that were confirmed below which the report warns, once the "
        "decisions leave no doubt (95 % interval); 0 never warns.",
        "share",
    )
    precision_days: PositiveInt = key(
        28, "For how long back decisions count for the precision of the queue.", "days"
    )
