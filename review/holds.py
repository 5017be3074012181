"""Cases that are held for an investigation, by the end of their hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cases.models import Case, Person
from cases.people import RELEASERS, may, require
from domain.clock import Clock, utc_now
from domain.defang import defang
from domain.states import CaseState
from review.paging import Paged, paged
from review.service import READERS


@dataclass(frozen=True, slots=True)
class Hold:
    """A held case; links are defanged. ``past`` is whether its end has come without anybody ending
    it, ``may_end`` whether the reader may."""

    case_id: int
    target: str
    owner: str
    reason: str
    until: datetime | None
    past: bool
    may_end: bool


def holds_page(person: Person, number: int = 1, *, clock: Clock = utc_now) -> Paged[Hold]:
    """Page ``number`` of the holds, those first that end first. Raises AccessError for who may not
    read cases."""
    require(person, READERS, "read holds")
    any_of_them, now = may(person, RELEASERS), clock()
    rows = Case.objects.filter(state=CaseState.ON_HOLD, restricted=False)
    page = paged(rows.select_related("target", "hold_owner").order_by("hold_until", "pk"), number)
    held = tuple(
        Hold(
            row.pk,
            defang(row.target.name or row.target.value),
            row.hold_owner.username if row.hold_owner else "",
            row.hold_reason,
            row.hold_until,
            past=row.hold_until is not None and row.hold_until <= now,
            may_end=any_of_them or row.hold_owner_id == person.pk,
        )
        for row in page.rows
    )
    return Paged(held, page.number, page.more)
