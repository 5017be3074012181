"""Which parts of a long text a reviewer needs to see: those where the marks weigh most."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

#: Characters shown before and after the marks of a window.
AROUND = 120
#: Windows of one text.
MOST = 4
#: Characters shown of a text that has no marks.
OPENING = 600
#: Marks that are no words: what they stand for cannot be read off the text.
NGRAM = "ngram"


class Mark(NamedTuple):
    """Characters ``start`` to ``end`` (exclusive) and why they count; ``weight`` is their share of
    the score on the log-odds scale, below zero where they speak against selling."""

    start: int
    end: int
    kind: str
    weight: float


class Window(NamedTuple):
    """Characters ``start`` to ``end`` (exclusive) of a text."""

    start: int
    end: int


def readable(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    """The marks that people can make something of."""
    return tuple(mark for mark in marks if mark.kind != NGRAM)


def windows(
    text: str, marks: Sequence[Mark], *, around: int = AROUND, most: int = MOST
) -> tuple[Window, ...]:
    """At most ``most`` windows into ``text``, in order of place, none touching another.

    Each is the one whose marks, of those not shown yet, weigh most in sum. They begin and end
    between words. A text without marks shows its opening.
    """
    if not marks:
        return (Window(0, _word_end(text, OPENING)),) if text else ()
    left = sorted(marks, key=lambda mark: mark.start)
    chosen: list[Window] = []
    while left and len(chosen) < most:
        best = max(left, key=lambda mark: (_weight(left, mark, around), -mark.start))
        window = Window(best.start - around, best.end + around)
        chosen.append(window)
        left = [mark for mark in left if not _inside(mark, window)]
    return _merged(
        Window(_word_start(text, start), _word_end(text, end)) for start, end in sorted(chosen)
    )


def _weight(marks: Iterable[Mark], centre: Mark, around: int) -> float:
    window = Window(centre.start - around, centre.end + around)
    return sum(abs(mark.weight) for mark in marks if _inside(mark, window))


def _inside(mark: Mark, window: Window) -> bool:
    return window.start <= mark.start and mark.end <= window.end


def _word_start(text: str, at: int) -> int:
    at = min(max(0, at), len(text))  # a text that was erased is shorter than its marks say
    while at > 0 and not text[at - 1].isspace():
        at -= 1
    return at


def _word_end(text: str, at: int) -> int:
    at = min(at, len(text))
    while at < len(text) and not text[at].isspace():
        at += 1
    return at


def _merged(found: Iterable[Window]) -> tuple[Window, ...]:
    merged: list[Window] = []
    for window in found:
        if merged and window.start <= merged[-1].end + 1:
            merged[-1] = Window(merged[-1].start, max(merged[-1].end, window.end))
        else:
            merged.append(window)
    return tuple(merged)
