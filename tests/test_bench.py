"""A measurement that misses what is promised says so."""

from __future__ import annotations

import pytest

from bench.__main__ import AT_LEAST, AT_MOST, MEASURES, missed


def test_every_bound_is_of_a_measurement() -> None:
    assert {*AT_LEAST, *AT_MOST} <= set(MEASURES)


@pytest.mark.parametrize(
    ("name", "figures", "said"),
    [
        ("pipeline", {"ratio": 0.39}, "pipeline: ratio is 0.39, less than 0.4"),
        ("pipeline", {"ratio": 0.4}, ""),
        ("growth", {"growth_mb": 151}, "growth: growth_mb is 151.00, more than 150"),
        ("growth", {"growth_mb": 28}, ""),
        ("telegram", {"reading": 1.3, "storing": 3.0, "growth_mb": 2}, ""),
        (
            "telegram",
            {"reading": 1.31, "storing": 3.1, "growth_mb": 2},
            "telegram: reading is 1.31, more than 1.3; storing is 3.10, more than 3",
        ),
        ("restart", {"seconds": 1000}, ""),
    ],
)
def test_a_figure_is_held_against_its_bound(
    name: str, figures: dict[str, float], said: str
) -> None:
    assert missed(name, figures) == said
