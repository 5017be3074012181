"""Which parts of a text the transformer reads: passages that fit its positions."""

from __future__ import annotations

from collections.abc import Sequence

from classifiers.features import NARROW, Window

#: So many passages of one text at most, those first that the stage before rates highest.
MOST = 16


def passages_of(windows: Sequence[Window]) -> list[int]:
    """The places in ``windows`` (as ``classifiers.features.windows`` cuts them) that are passages:
    the narrow ones of a long text, the one window of a short text."""
    narrow = [at for at, one in enumerate(windows) if one.end - one.start <= NARROW[0]]
    return narrow or list(range(len(windows)))


def rated(windows: Sequence[Window], ratings: Sequence[float]) -> list[int]:
    """At most MOST passages, highest rating first; ``ratings`` are by window."""
    return sorted(passages_of(windows), key=lambda at: -ratings[at])[:MOST]
