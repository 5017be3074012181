"""How far one distribution over fixed bins has moved from another."""

from __future__ import annotations

from collections.abc import Sequence
from math import log

#: Added to every bin, so that an empty one has a logarithm.
_SMOOTHING = 0.5


def stability_index(reference: Sequence[int], found: Sequence[int]) -> float:
    """The population stability index of counts by bin: the sum of ``(q - p) ln(q / p)`` over the
    shares ``p`` of the reference and ``q`` of what was found, 0 for the same distribution (the
    symmetric divergence of Jeffreys, 1946; Siddiqi, Credit Risk Scorecards, 2006, reads 0.1 as a
    small shift and 0.25 as a large one).

    Raises ValueError unless both have the same bins.
    """
    if len(reference) != len(found):
        raise ValueError(f"{len(reference)} bins of the reference, {len(found)} found")
    p, q = _shares(reference), _shares(found)
    return sum((b - a) * log(b / a) for a, b in zip(p, q, strict=True))


def _shares(counts: Sequence[int]) -> list[float]:
    total = sum(counts) + _SMOOTHING * len(counts)
    return [(count + _SMOOTHING) / total for count in counts]
