"""A share of counted things, with its interval."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

_Z = 1.959964  # two-sided 95 %


@dataclass(frozen=True, slots=True)
class Rate:
    """``hits`` of ``count``, with the Wilson interval at 95 % (Wilson, 1927)."""

    hits: int
    count: int

    @property
    def share(self) -> float | None:
        """The share; None of nothing."""
        return self.hits / self.count if self.count else None

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper bound of the share."""
        if not self.count:
            return 0.0, 1.0
        share, z2 = self.hits / self.count, _Z * _Z
        centre = share + z2 / (2 * self.count)
        spread = _Z * sqrt(share * (1 - share) / self.count + z2 / (4 * self.count**2))
        scale = 1 + z2 / self.count
        return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)

    def as_json(self) -> dict[str, float | int | list[float] | None]:
        """For the card."""
        share = None if self.share is None else round(self.share, 5)
        return {"hits": self.hits, "count": self.count, "share": share,
                "wilson95": [round(bound, 5) for bound in self.interval]}  # fmt: skip
