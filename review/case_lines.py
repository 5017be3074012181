"""Cases as a list, for programs that keep up with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cases.models import Case, Person
from cases.people import require
from domain.defang import defang, printable
from review.paging import SIZE
from review.service import READERS


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case in a list; ``target`` is defanged."""

    case_id: int
    kind: str
    target: str
    state: str
    score: float | None
    role: str
    substances: tuple[str, ...]
    regions: tuple[str, ...]
    langs: tuple[str, ...]
    family_id: int | None
    opened_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class CasePage:
    """Cases by their numbers; ``after`` is where the next page begins, None where there is none."""

    rows: tuple[CaseLine, ...]
    after: int | None


def case_lines(
    person: Person,
    *,
    state: str = "",
    kind: str = "",
    since: datetime | None = None,
    after: int = 0,
) -> CasePage:
    """The cases that ``person`` may know of, behind the number ``after``; ``since`` takes those
    that moved from then on. Raises AccessError."""
    require(person, READERS, "read cases")
    rows = Case.objects.filter(restricted=False, pk__gt=after).select_related("target")
    if state:
        rows = rows.filter(state=state)
    if kind:
        rows = rows.filter(target__kind=kind)
    if since:
        rows = rows.filter(changed_at__gte=since)
    found = [_line(row) for row in rows.order_by("pk")[: SIZE + 1]]
    more = len(found) > SIZE
    return CasePage(tuple(found[:SIZE]), found[SIZE - 1].case_id if more else None)


def _line(row: Case) -> CaseLine:
    return CaseLine(
        case_id=row.pk,
        kind=row.target.kind,
        target=printable(defang(row.target.name or row.target.value)),
        state=row.state,
        score=row.score,
        role=row.role,
        substances=tuple(row.substances),
        regions=tuple(row.regions),
        langs=tuple(row.langs),
        family_id=row.family_id,
        opened_at=row.opened_at,
        changed_at=row.changed_at,
    )
