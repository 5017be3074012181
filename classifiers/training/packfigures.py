"""What a card states of left-out rows of a text pack; it can be had from the pack alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from classifiers.training.measures import Figures
from classifiers.training.nested import Scores, calibration_figures, nested, passing_figures


def pack_figures(
    found: Sequence[Figures], scores: Scores, cut: float, missed: float
) -> dict[str, Any]:
    """For the card: ``left_out`` (``found``), ``calibration`` and, with two stages, ``passing``.

    ``cut`` and ``missed`` are as in ``nested``.
    """
    again = nested(scores, cut, missed)
    card: dict[str, Any] = {
        "left_out": {one.name: one.as_json() for one in found},
        "calibration": {
            name: one.as_json() for name, one in calibration_figures(scores, again).items()
        },
    }
    passing = passing_figures(scores, again)
    if passing:
        card["passing"] = {
            name: {
                "innocent_passed_on": innocent.as_json(),
                "called_selling_passed_on": called.as_json(),
                "innocent_called_selling": wrongly.as_json(),
            }
            for name, (innocent, called, wrongly) in passing.items()
        }
    return card
