"""Charts as places and sizes; the templates draw them. Each stands beside the table of its figures.

Colours come from the style sheet by class. Where there is none (on paper), the shapes carry a
colour of their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, log10
from typing import Any

#: A place of its own for each region on a grid of 6 by 5, as they lie on the map (column, row).
PLACES: dict[str, tuple[int, int]] = {
    "KZ-59": (3, 0),
    "KZ-27": (0, 1), "KZ-39": (2, 1), "KZ-11": (3, 1), "KZ-55": (4, 1), "KZ-63": (5, 1),
    "KZ-23": (0, 2), "KZ-15": (1, 2), "KZ-62": (2, 2), "KZ-71": (3, 2), "KZ-35": (4, 2),
    "KZ-10": (5, 2),
    "KZ-47": (0, 3), "KZ-43": (2, 3), "KZ-61": (3, 3), "KZ-31": (4, 3), "KZ-33": (5, 3),
    "KZ-79": (3, 4), "KZ-75": (4, 4), "KZ-19": (5, 4),
}  # fmt: skip
TILE_WIDTH, TILE_HEIGHT, GAP = 130, 66, 6
LEVELS = 4
#: Characters of 13 pixels (DejaVu Sans, Cyrillic) that a tile has room for.
LINE = 15
#: Colours on paper, from nothing to most; black on each of them is readable (4.5 to 1 and more).
SERIES = ("#52606d", "#155a8a", "#b45309")
PAPER = ("#f2f4f6", "#d5e6f3", "#a9cde8", "#7fb3dc", "#5b9bd0")


@dataclass(frozen=True, slots=True)
class Tile:
    """A region's place (its upper left corner), name, number, and how much that is (0 to 4)."""

    x: int
    y: int
    lines: tuple[str, ...]
    number: int
    level: int

    @property
    def middle(self) -> int:
        return self.x + TILE_WIDTH // 2

    @property
    def colour(self) -> str:
        return PAPER[self.level]

    @property
    def told(self) -> list[tuple[int, str]]:
        """The name's lines with where they stand."""
        first = self.y + (20 if len(self.lines) > 1 else 27)
        return [(first + 15 * at, line) for at, line in enumerate(self.lines)]

    @property
    def fits(self) -> int:
        """Characters of a line that stand in it as they are; longer lines are drawn together."""
        return LINE

    @property
    def foot(self) -> int:
        """Where the number stands."""
        return self.y + TILE_HEIGHT - 10


@dataclass(frozen=True, slots=True)
class TileMap:
    """Tiles on a sheet."""

    title: Any
    tiles: tuple[Tile, ...]
    width: int
    height: int
    tile_width: int = TILE_WIDTH
    tile_height: int = TILE_HEIGHT


@dataclass(frozen=True, slots=True)
class Column:
    """A bar of a chart: its corner and size, its number, and which series it is of (0, 1, …)."""

    x: float
    y: float
    width: float
    height: float
    number: int
    series: int

    @property
    def colour(self) -> str:
        return SERIES[self.series]


@dataclass(frozen=True, slots=True)
class BarChart:
    """Bars over ``labels`` (place and text), with lines at ``ticks`` (height and number)."""

    title: Any
    series: tuple[Any, ...]
    columns: tuple[Column, ...]
    labels: tuple[tuple[float, str], ...]
    ticks: tuple[tuple[float, int], ...]
    width: int
    height: int

    @property
    def key(self) -> list[tuple[int, int, str, Any]]:
        """What the colours mean: place, series, its colour and name."""
        step = self.width // max(1, len(self.series))
        return [(48 + step * at, at, SERIES[at], name) for at, name in enumerate(self.series)]


def level(number: int, most: int) -> int:
    """How much ``number`` is beside ``most``, 0 for nothing to 4."""
    return 0 if number <= 0 else min(LEVELS, max(1, ceil(LEVELS * number / max(1, most))))


def tile_map(title: Any, numbers: Mapping[str, int], names: Mapping[str, Any]) -> TileMap:
    """The regions of ``names`` where they lie, each with its number."""
    most = max(numbers.values(), default=0)
    tiles = tuple(
        Tile(
            x=column * (TILE_WIDTH + GAP),
            y=row * (TILE_HEIGHT + GAP),
            lines=_two_lines(str(names[code])),
            number=numbers.get(code, 0),
            level=level(numbers.get(code, 0), most),
        )
        for code, (column, row) in PLACES.items()
    )
    return TileMap(title, tiles, 6 * (TILE_WIDTH + GAP), 5 * (TILE_HEIGHT + GAP))


def bar_chart(
    title: Any, series: Sequence[Any], labels: Sequence[str], rows: Sequence[Sequence[int]]
) -> BarChart:
    """Bars side by side for each label: one a series, ``rows`` as the labels."""
    width, height, left, top, foot = 780, 240, 48, 12, 30
    floor, room = height - foot, height - foot - top
    most = _round_up(max((n for row in rows for n in row), default=0))
    step = (width - left) / max(1, len(labels))
    thick = step * 0.8 / max(1, len(series))
    columns, told = list[Column](), list[tuple[float, str]]()
    shown_every = max(1, ceil(len(labels) / 13))
    for place, (label, row) in enumerate(zip(labels, rows, strict=True)):
        begin = left + place * step + step * 0.1
        if place % shown_every == 0:
            told.append((round(begin + step * 0.4, 1), label))
        for which, number in enumerate(row):
            tall = room * number / most
            at = round(begin + which * thick, 1)
            columns.append(
                Column(at, round(floor - tall, 1), round(thick, 1), round(tall, 1), number, which)
            )
    ticks = tuple((round(floor - room * part / 4, 1), most * part // 4) for part in range(5))
    return BarChart(title, (*series,), (*columns,), (*told,), ticks, width, height)


def _round_up(most: int) -> int:
    """The least of 4, 8, 20, 40, 80, 200 … that is not below ``most``: its quarters are whole."""
    if most <= 4:
        return 4
    power = int(10 ** int(log10(most / 4)))
    return next(4 * step * power for step in (1, 2, 5, 10) if 4 * step * power >= most)


def _two_lines(name: str) -> tuple[str, ...]:
    """``name``, broken at the space nearest to its middle where it is long."""
    spaces = [at for at, char in enumerate(name) if char == " "]
    if len(name) <= 12 or not spaces:
        return (name,)
    at = min(spaces, key=lambda at: abs(at - len(name) / 2))
    return name[:at], name[at + 1 :]
