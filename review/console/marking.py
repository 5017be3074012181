"""A text cut into pieces for the page: plain ones, and ones that made the model say so.

Collected text is data. Invisible and direction-changing characters are shown by their numbers, so
that a text reads as it is and not as somebody wants it to look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from domain.defang import printable
from review.excerpts import NGRAM, Mark, Window, readable, windows
from review.service import CarrierView


@dataclass(frozen=True, slots=True)
class Piece:
    """Some characters of a text; ``kind`` and ``weight`` say why they count, both empty where they
    do not. ``gap`` says that text was left out before."""

    text: str
    kind: str = ""
    weight: float = 0.0
    gap: bool = False


def pieces(carrier: CarrierView, *, full: bool = False) -> list[Piece]:
    """The parts of a carrier's text whose marks weigh most, or all of it."""
    return pieces_of(carrier.text, carrier.marks, full=full)


def pieces_of(text: str, marks: Sequence[Mark], *, full: bool = False) -> list[Piece]:
    """The parts of ``text`` whose ``marks`` weigh most, or all of it."""
    shown = readable(marks)
    parts = (Window(0, len(text)),) if full else windows(text, shown or marks)
    found = list[Piece]()
    for part in parts:
        at, gap = part.start, part.start > 0
        for mark in sorted(shown):
            if mark.kind == NGRAM or mark.start < at or mark.end > part.end:
                continue
            if mark.start > at:
                found.append(Piece(printable(text[at : mark.start]), gap=gap))
                gap = False
            marked = printable(text[mark.start : mark.end])
            found.append(Piece(marked, mark.kind, mark.weight, gap))
            at, gap = mark.end, False
        if at < part.end:
            found.append(Piece(printable(text[at : part.end]), gap=gap))
    return found
