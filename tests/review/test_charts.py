"""Places and sizes of charts."""

from __future__ import annotations

import pytest
from django.template.loader import render_to_string
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from domain.regions import REGION_NAMES
from review.charts import GAP, LINE, PLACES, TILE_HEIGHT, TILE_WIDTH, bar_chart, level, tile_map
from review.vocabulary import REGIONS


def test_every_region_has_a_place_of_its_own() -> None:
    assert PLACES.keys() == REGION_NAMES.keys() == REGIONS.keys()
    assert len({*PLACES.values()}) == 20


def test_tiles_lie_apart_and_on_the_sheet() -> None:
    made = tile_map("map", {"KZ-75": 8, "KZ-71": 1}, REGIONS)
    for tile in made.tiles:
        assert tile.x + TILE_WIDTH <= made.width
        assert tile.y + TILE_HEIGHT <= made.height
        assert tile.x % (TILE_WIDTH + GAP) == tile.y % (TILE_HEIGHT + GAP) == 0
        assert all(len(line) <= 17 for line in tile.lines), tile.lines
    assert sorted((tile.number, tile.level) for tile in made.tiles)[-3:] == [(0, 0), (1, 1), (8, 4)]


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_the_longest_names_are_drawn_together(language: str) -> None:
    with override(language):
        made = tile_map("map", {"KZ-27": 1}, REGIONS)
        drawn = render_to_string("console/tile_map.html", {"map": made})
    lines = [line for tile in made.tiles for line in tile.lines]
    assert max(map(len, lines)) <= 22  # seven tenths of their width, at the least
    assert drawn.count('textLength="122"') == sum(len(line) > LINE for line in lines) > 0


def test_levels() -> None:
    assert [level(n, 8) for n in (0, 1, 2, 3, 5, 8)] == [0, 1, 1, 2, 3, 4]
    assert level(0, 0) == 0


@given(st.lists(st.tuples(*[st.integers(0, 10**6)] * 3), min_size=1, max_size=52))
def test_bars_stand_on_the_floor_and_below_the_highest_line(rows) -> None:
    chart = bar_chart("weeks", ("a", "b", "c"), [str(n) for n in range(len(rows))], rows)
    lines = {number: at for at, number in chart.ticks}
    assert lines[0] == max(lines.values())
    top = max(lines)
    for bar in chart.columns:
        assert bar.y + bar.height == pytest.approx(lines[0], abs=0.11)
        assert bar.number <= top
        assert bar.y >= lines[top] - 0.11
        assert bar.x + bar.width <= chart.width
    assert [bar.number for bar in chart.columns] == [n for row in rows for n in row]
