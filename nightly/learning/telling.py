"""The model in force as pages tell of it, from its card."""

from __future__ import annotations

from classifiers.store import GLANCE_THRESHOLD, read_card, version_of
from domain.errors import ModelError
from domain.thresholds import ModelTold
from nightly.learning.adopting import Models


def model_told(models: Models, review: float | None) -> ModelTold:
    """What the card of the model in force says; ``review`` is the threshold that the settings name.
    A model that cannot be read is told as such."""
    try:
        card = read_card(models.in_use)
        passed_on = card.get("passed_on")
        return ModelTold(
            version=version_of(card),
            date=str(card.get("date", "")),
            named=models.named is not None,
            own=float(card["threshold"]),
            rule=str(card.get("threshold_rule", "")),
            review=review,
            glance=float(card[GLANCE_THRESHOLD]) if GLANCE_THRESHOLD in card else None,
            passed_on=(float(passed_on[0]), float(passed_on[1])) if passed_on else None,
        )
    except (ModelError, TypeError, ValueError, IndexError) as error:
        return ModelTold(problem=str(error))
