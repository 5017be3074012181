"""What recipients owe beyond its time, for the house: addresses are defanged."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from blocking import overdue
from blocking.overdue import Overdue
from cases.models import Person
from cases.people import require
from domain.clock import Clock, utc_now
from domain.defang import defang, printable
from review.exports import EXPORT_READERS


def overdue_lines(
    person: Person, listed: Collection[str], *, answer_days: int, clock: Clock = utc_now
) -> list[Overdue]:
    """What is overdue now, see ``blocking.overdue``. Raises AccessError."""
    require(person, EXPORT_READERS, "read receipts")
    found = overdue.overdue(listed, answer_days=answer_days, now=clock())
    return [replace(line, named=tuple(map(_shown, line.named))) for line in found]


def _shown(named: str) -> str:
    scope, _, value = named.partition(":")
    return f"{scope} {printable(defang(value))}"
