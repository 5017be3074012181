"""A text made ready once for every stage: normalised, marked and cut into windows."""

from __future__ import annotations

from dataclasses import dataclass

from classifiers.aligned import Aligned
from classifiers.features import Window, windows
from classifiers.language import language_of
from classifiers.normalise import cyrillic, undisguised
from classifiers.signals import Marks, find_marks
from domain.lexicon import Lexicon

_TITLE_GAP = "\n\n"
MAX_CHARS = 400_000


@dataclass(frozen=True, slots=True)
class Prepared:
    """``original`` is title, gap and text; ``lead`` says how many characters are the title's;
    ``lang`` is the language told by letters, ``written`` the normalised text in the letters that it
    was written in."""

    original: str
    lead: int
    aligned: Aligned
    marks: Marks
    windows: tuple[Window, ...]
    lang: str
    written: str

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """The place in the text of normalised characters; None for a place in the title."""
        first, last = self.aligned.span(start, end)
        if first < self.lead or last <= first:
            return None
        return first - self.lead, last - self.lead


def prepare(text: str, title: str, lexicon: Lexicon, *, narrow: bool = True) -> Prepared:
    """``text`` under ``title`` made ready; what lies beyond MAX_CHARS is not looked at.

    ``narrow`` False leaves out the second, narrow cut into windows.
    """
    lead = f"{title}{_TITLE_GAP}" if title else ""
    original = (lead + text)[:MAX_CHARS]
    written = undisguised(original)
    aligned = cyrillic(written)
    marks = find_marks(aligned, lexicon)
    cut, lang = tuple(windows(aligned.text, narrow=narrow)), language_of(aligned.text)
    return Prepared(original, len(lead), aligned, marks, cut, lang, written.text)
