"""Who looks at which case: nobody is given one that somebody else has before them.

A lease is a row with the case as its key, so that the database itself refuses a second one. It
lasts from the last sign of life; a case whose lease has run out is anybody's.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import merge
from itertools import islice

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet

from cases.decisions import OPEN_STATES
from cases.models import Case, DecisionRow, Informed, Person
from cases.people import DECIDERS, require
from domain.clock import Clock, utc_now
from review.models import Lease, Skip

#: Cases that one person has at once by signs of life: the one looked at, and a few left open.
MOST_LEASES = 5
_TRIED = 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases somebody wants to be given; empty fields ask for nothing."""

    kind: str = ""
    lang: str = ""
    region: str = ""
    substance: str = ""
    state: str = ""


def waiting(person: Person, wanted: Wanted = Wanted()) -> QuerySet[Case]:
    """Cases that ``person`` could be given, what is to be looked at first in front: open, not
    restricted, and neither decided nor skipped by them in this round, and of which they do not
    know what others said."""
    mine = {"case": OuterRef("pk"), "review_round": OuterRef("review_round"), "person": person}
    rows = Case.objects.filter(
        ~Exists(DecisionRow.objects.filter(**mine)),
        ~Exists(Skip.objects.filter(**mine)),
        ~Exists(Informed.objects.filter(**mine)),
        state__in=[wanted.state] if wanted.state else [*OPEN_STATES],
        restricted=False,
    )
    if wanted.kind:
        rows = rows.filter(target__kind=wanted.kind)
    for name, value in (
        ("langs", wanted.lang),
        ("regions", wanted.region),
        ("substances", wanted.substance),
    ):
        if value:  # lists are kept as JSON, whose text both databases search alike
            rows = rows.filter(**{f"{name}__icontains": f'"{value}"'})
    return rows.order_by("-band", "-worth", "pk")


def take(
    person: Person,
    lasting: timedelta,
    *,
    wanted: Wanted = Wanted(),
    beside: Collection[int] = (),
    clock: Clock = utc_now,
) -> int | None:
    """Give ``person`` a case: the one they have, else the first that nobody has; None where none is
    left. ``beside`` are cases that they have already and that do not count."""
    require(person, DECIDERS, "decide cases")
    now = clock()
    held = Lease.objects.filter(person=person, ends_at__gt=now).exclude(case__in=beside)
    had = [*held.values_list("case_id", flat=True)]
    rows = waiting(person, wanted)
    for pk in rows.filter(pk__in=had).values_list("pk", flat=True)[:1] if had else ():
        return _prolong(pk, person, now + lasting)
    while True:
        found = _free(rows, wanted, beside, now)
        for pk in found:
            if _leased(pk, person, now, lasting):
                if rows.filter(pk=pk).exists():
                    return pk
                give_back(pk, person)  # it was decided between being read and being leased
        if len(found) < _TRIED:
            return None


def _free(
    rows: QuerySet[Case], wanted: Wanted, beside: Collection[int], now: datetime
) -> list[int]:
    """The first of ``rows`` that nobody has. Each state is read off its own stretch of the index by
    worth, and no further than needed: asked for together, all that wait would have to be sorted."""
    held = Lease.objects.filter(case=OuterRef("pk"), ends_at__gt=now)
    free = rows.filter(~Exists(held)).exclude(pk__in=beside)
    stretches = [
        free.filter(state=state).values_list("band", "worth", "pk")[:_TRIED]
        for state in ([wanted.state] if wanted.state else sorted(OPEN_STATES))
    ]
    first = merge(*stretches, key=lambda row: (-row[0], -row[1], row[2]))
    return [pk for _band, _worth, pk in islice(first, _TRIED)]


def keep(case_id: int, person: Person, lasting: timedelta, *, clock: Clock = utc_now) -> bool:
    """A sign of life: the lease lasts on. False where somebody else has the case by now, where it
    does not wait for ``person`` any more, or where they have ``MOST_LEASES`` others."""
    now = clock()
    mine = Lease.objects.filter(case_id=case_id, person=person)
    if mine.update(ends_at=now + lasting):
        return True
    others = Lease.objects.filter(person=person, ends_at__gt=now).count()
    waits = others < MOST_LEASES and waiting(person, Wanted()).filter(pk=case_id).exists()
    return waits and _leased(case_id, person, now, lasting)


def have(case_id: int, person: Person, lasting: timedelta, *, clock: Clock = utc_now) -> bool:
    """Give ``person`` a case before it is open for decisions again, where nobody else has it."""
    now = clock()
    mine = Lease.objects.filter(case_id=case_id, person=person)
    return bool(mine.update(ends_at=now + lasting)) or _leased(case_id, person, now, lasting)


def give_back(case_id: int, person: Person) -> None:
    """The case is anybody's again."""
    Lease.objects.filter(case_id=case_id, person=person).delete()


def skip(case_id: int, person: Person, *, clock: Clock = utc_now) -> None:
    """Leave a case to others in this round."""
    require(person, DECIDERS, "decide cases")
    case = Case.objects.get(pk=case_id)
    Skip.objects.get_or_create(
        case=case, person=person, review_round=case.review_round, defaults={"at": clock()}
    )
    give_back(case_id, person)


def unskip(case_id: int, person: Person) -> None:
    """Take a skip back."""
    Skip.objects.filter(case_id=case_id, person=person).delete()


def _prolong(case_id: int, person: Person, until: datetime) -> int:
    Lease.objects.filter(case_id=case_id, person=person).update(ends_at=until)
    return case_id


def _leased(case_id: int, person: Person, now: datetime, lasting: timedelta) -> bool:
    """Whether the case is ``person``'s now: where it was free, or its lease had run out."""
    until = {"person": person, "taken_at": now, "ends_at": now + lasting}
    if Lease.objects.filter(case_id=case_id, ends_at__lte=now).update(**until):
        return True
    try:
        with transaction.atomic():
            Lease.objects.create(case_id=case_id, **until)
    except IntegrityError:
        return Lease.objects.filter(case_id=case_id, person=person, ends_at__gt=now).exists()
    return True
