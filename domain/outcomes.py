"""What comes of the rows of a receipt, and by which way one came in."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """What came of one row. *Applied* moved its order; *unchanged* had been said before or is
    behind the order by now; a *conflict* answers what was not asked; *unknown* names no entry at
    all, *foreign* one that another recipient has; a *bad* row cannot be read."""

    APPLIED = "applied"
    UNCHANGED = "unchanged"
    CONFLICT = "conflict"
    UNKNOWN = "unknown"
    FOREIGN = "foreign"
    BAD = "bad"


#: What its sender is told of a row: that another recipient has an entry is nothing for this one.
AS_TOLD = {outcome: outcome for outcome in Outcome} | {Outcome.FOREIGN: Outcome.UNKNOWN}


class Via(StrEnum):
    """How a receipt came."""

    FILE = "file"
    FORM = "form"
