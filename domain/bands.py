"""Which cases are worth a look, and which first: expected cost of a missed shop against a look's.

With probability ``p`` of selling, not looking costs ``p`` times what a missed shop costs, and
looking costs a look: it pays from ``look / missed`` on (the rule of least expected cost; Elkan,
2001, The foundations of cost-sensitive learning). Looking late costs ``p`` times what a shop costs
that is found late, so a case goes before others where that alone is more than a look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum


class ReviewBand(IntEnum):
    """What a case's probability asks of people; higher ones come first in the queue."""

    LEAVE = 0
    WHEN_TIME = 1
    FIRST = 2


@dataclass(frozen=True, slots=True)
class Costs:
    """Minutes of work: what one look takes, and how many a missed shop and one that is found
    late are each worth. ``missed`` None leaves it to the model's threshold who is queued, ``late``
    None puts nothing before the rest. ``lang`` and ``kind`` (site, channel) are whom they hold
    for, empty for all."""

    look: float
    missed: float | None = None
    late: float | None = None
    lang: str = ""
    kind: str = ""

    def cuts(self, threshold: float) -> tuple[float, float]:
        """Probabilities from which a case is queued, and from which it comes first (above 1:
        never); ``threshold`` is the model's."""
        queued = threshold if self.missed is None else min(1.0, self.look / self.missed)
        first = 2.0 if self.late is None else self.look / self.late
        return queued, max(queued, first)

    def band(self, probability: float, threshold: float) -> ReviewBand:
        """The band of ``probability``."""
        queued, first = self.cuts(threshold)
        if probability < queued:
            return ReviewBand.LEAVE
        return ReviewBand.FIRST if probability >= first else ReviewBand.WHEN_TIME


#: The model's threshold decides, and nothing comes before the rest.
PLAIN = Costs(look=1.0)


def costs_for(rows: Sequence[Costs], lang: str, kind: str) -> Costs:
    """The row for texts in ``lang`` of a target of ``kind``: one that names both, else the kind,
    else the language, else neither; PLAIN where none fits. Of two for the same the last holds."""
    found = {(row.lang, row.kind): row for row in rows}
    for key in ((lang, kind), ("", kind), (lang, ""), ("", "")):
        if key in found:
            return found[key]
    return PLAIN
