"""A family as a picture: its cases on the left, what ties them on the right, a line for each."""

from __future__ import annotations

from dataclasses import dataclass

from review.families import FamilyView
from review.vocabulary import called

WIDTH = 960
_ROW = 26
_LEFT, _RIGHT = 300, 660
_MOST_CHARS = 34


@dataclass(frozen=True, slots=True)
class Label:
    """A text in the picture, at its middle height; ``full`` is what it stands for, uncut."""

    x: int
    y: int
    text: str
    full: str


@dataclass(frozen=True, slots=True)
class Line:
    """From a case to a tie."""

    x1: int
    y1: int
    x2: int
    y2: int


@dataclass(frozen=True, slots=True)
class Picture:
    """Coordinates in pixels of an SVG of ``width`` and ``height``."""

    width: int
    height: int
    cases: tuple[Label, ...]
    ties: tuple[Label, ...]
    lines: tuple[Line, ...]


def picture_of(view: FamilyView) -> Picture:
    """Lay a family out. A tie stands at the mean height of its cases, as near as there is room."""
    heights = {member.case_id: _ROW * (number + 1) for number, member in enumerate(view.members)}
    wanted = sorted(
        view.ties, key=lambda tie: sum(heights.get(m, 0) for m in tie.members) / len(tie.members)
    )
    cases = tuple(
        Label(_LEFT - 10, heights[m.case_id], _cut(m.target), f"{m.case_id}: {m.target}")
        for m in view.members
    )
    ties, lines, last = list[Label](), list[Line](), 0
    for tie in wanted:
        mean = sum(heights.get(m, 0) for m in tie.members) // len(tie.members)
        last = max(last + _ROW, mean)
        name = f"{called(tie.kind, 'indicator')} {tie.value}"
        ties.append(Label(_RIGHT + 10, last, _cut(name), name))
        lines += [Line(_LEFT, heights[m], _RIGHT, last) for m in tie.members if m in heights]
    height = max(last, _ROW * len(cases)) + _ROW
    return Picture(WIDTH, height, cases, tuple(ties), tuple(lines))


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_CHARS else f"{text[: _MOST_CHARS - 1]}…"
