"""Text that remembers where each of its characters came from."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Offsets = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Aligned:
    """``text``, and for each of its characters the span of the original that it stands for."""

    text: str
    starts: Offsets
    ends: Offsets

    @classmethod
    def of(cls, text: str) -> Aligned:
        """``text`` standing for itself."""
        starts = np.arange(len(text), dtype=np.int32)
        return cls(text, starts, starts + 1)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original span of characters ``start`` to ``end``; empty spans stay empty."""
        if start >= end:
            at = int(self.starts[start]) if start < len(self.text) else self.original_end
            return at, at
        return int(self.starts[start]), int(self.ends[end - 1])

    @property
    def original_end(self) -> int:
        """Where the last character ends in the original."""
        return int(self.ends[-1]) if len(self.ends) else 0

    def sub(self, pattern: re.Pattern[str], replace: Callable[[re.Match[str]], str]) -> Aligned:
        """Each match of ``pattern`` replaced; linear in the text if the pattern is.

        A replacement as long as its match maps character by character; any other stands, as a
        whole, for the whole match. Replacing by the same text costs nothing.
        """
        pieces: list[str] = []
        starts: list[Offsets] = []
        ends: list[Offsets] = []
        kept = 0
        for match in pattern.finditer(self.text):
            begin, end = match.span()
            new = replace(match)
            if new == match.group() or begin == end:
                continue
            pieces += (self.text[kept:begin], new)
            starts.append(self.starts[kept:begin])
            ends.append(self.ends[kept:begin])
            if len(new) == end - begin:
                starts.append(self.starts[begin:end])
                ends.append(self.ends[begin:end])
            elif new:
                starts.append(np.full(len(new), self.starts[begin], dtype=np.int32))
                ends.append(np.full(len(new), self.ends[end - 1], dtype=np.int32))
            kept = end
        if not pieces:
            return self
        pieces.append(self.text[kept:])
        starts.append(self.starts[kept:])
        ends.append(self.ends[kept:])
        return Aligned("".join(pieces), np.concatenate(starts), np.concatenate(ends))

    def same_length(self, text: str) -> Aligned:
        """The same alignment under another ``text`` of the same length."""
        if len(text) != len(self.text):
            raise ValueError(f"{len(text)} characters cannot stand for {len(self.text)}")
        return Aligned(text, self.starts, self.ends)
