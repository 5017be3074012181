"""What of a breakdown is told when its sum is published as well; pure.

Cell suppression (Willenborg and de Waal, Elements of Statistical Disclosure Control, 2001): counts
from 1 to 4 are hidden, and others with them where the sum would give them away. The rule is known
to whoever reads this, so it is one under which they still cannot compute a hidden count.
"""

from __future__ import annotations

from collections.abc import Mapping

FEW = 5
FEW_TOLD, WITHHELD = f"<{FEW}", "withheld"
_MOST = FEW - 1
#: Of sums up to here the breakdown is hidden whole: some have one solution otherwise.
_LITTLE = 2 * _MOST

#: A number, or why there is none.
Cell = int | float | str


def suppressed(counts: Mapping[str, int]) -> dict[str, Cell] | None:
    """``counts`` with ``<5`` and ``withheld`` in place of what is hidden; None where nothing of
    the breakdown may be told."""
    few = [code for code, number in counts.items() if 0 < number < FEW]
    told = dict[str, Cell](counts)
    if not few:
        return told
    if sum(counts.values()) <= _LITTLE:
        return None
    told.update(dict.fromkeys(few, FEW_TOLD))
    if len(few) > 1:
        hidden = sum(counts[code] for code in few)
        return told if len(few) < hidden < _MOST * len(few) else None
    others = sorted((number, code) for code, number in counts.items() if number >= FEW)
    number, code = others[0]
    told[code] = WITHHELD
    hidden = counts[few[0]] + number
    highest = hidden - 1
    if others[1:]:
        after, next_code = others[1]
        highest = min(highest, after if code < next_code else after - 1)
    solutions = [n for n in range(1, FEW) if FEW <= hidden - n <= highest]
    return told if len(solutions) > 1 else None
