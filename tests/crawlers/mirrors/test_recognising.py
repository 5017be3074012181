"""Floors of what is recognised; docs/benchmarks.md has the figures of more seeds."""

from __future__ import annotations

import pytest

from tests.crawlers.mirrors.measuring import Beside, Figures, measure


@pytest.fixture(scope="module")
def figures() -> Figures:
    return measure(range(3))


@pytest.mark.parametrize(
    ("kind", "beside", "floor"),
    [
        ("mirror", Beside.NOTHING, 0.80),
        ("mirror", Beside.ICON, 0.97),
        ("mirror", Beside.SELLS, 0.97),
        ("mirror, much changed", Beside.NOTHING, 0.15),
        ("mirror, much changed", Beside.ICON, 0.88),
        ("mirror, much changed", Beside.SELLS, 0.88),
    ],
)
def test_planted_mirrors_are_recognised(
    figures: Figures, kind: str, beside: Beside, floor: float
) -> None:
    assert figures.pairs[kind] >= 45
    assert figures.share(kind, beside) >= floor


@pytest.mark.parametrize("beside", list(Beside))
@pytest.mark.parametrize("kind", ["two shops on one engine", "two innocents", "two other sites"])
def test_unlike_sites_are_not(figures: Figures, kind: str, beside: Beside) -> None:
    assert figures.pairs[kind] >= 200
    assert figures.found[beside][kind] == 0


@pytest.mark.parametrize(("kind", "most"), [("30%", 0.0), ("60%", 0.0), ("100%", 0.08)])
def test_an_innocent_that_quotes_a_shop_is_not(figures: Figures, kind: str, most: float) -> None:
    """Beside its text nothing speaks for it: it has its own icon, and does not sell."""
    assert figures.pairs[f"quoted {kind}"] >= 150
    assert figures.share(f"quoted {kind}", Beside.NOTHING) <= most
