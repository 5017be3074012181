"""How much evidence there is, what of it is due to go at some time, and why the rest stays.

The same rule as in ``keeping``, asked once for each way that cases stand instead of once a case, so
that a page can tell it of millions of captures with a few queries.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Concat

from cases.keeping import TABLES, there
from cases.models import AuditEvent
from cases.models import Case as CaseRow
from domain.retention import Class, Days, Standing, fate
from domain.states import CaseState

_MOMENT = timedelta(microseconds=1)


@dataclass(slots=True)
class Outlook:
    """Of one class: how many there are and their bytes, how many of these are due, and how many are
    older than the class is kept by itself and stay, by reason."""

    rows: int = 0
    bytes: int = 0
    due: int = 0
    due_bytes: int = 0
    kept: Counter[str] = field(default_factory=Counter)


def outlook(kind: Class, days: Days, at: datetime) -> Outlook:
    """What there is of a class now, and what of it is due ``at`` a time if no case moves until
    then. Two queries."""
    found = Outlook()
    own, dismissed, ended = (
        at - timedelta(days=n) for n in (days.of(kind), days.dismissed, days.ended)
    )
    for group in _groups(kind, own, dismissed, ended):
        found.rows += group["n"]
        found.bytes += group["size"] or 0
        if group["state"] is None:
            continue
        its = fate(_standing(group, dismissed, ended, at), kind, days, at)
        old = {own: group["old"], dismissed: group["old_dismissed"], ended: group["old_ended"]}
        if its.before is None:
            found.kept[its.reason] += group["n"] if group["old"] else 0
        elif old[its.before]:
            found.due += group["n"]
            found.due_bytes += group["size"] or 0
    found.kept = +found.kept
    return found


def _standing(
    group: dict[str, Any], dismissed: datetime, ended: datetime, at: datetime
) -> Standing:
    """A case that stands as those of the group do; any will do that changed on the same sides of
    both days."""
    changed = at
    if group["long_dismissed"] and group["long_ended"]:
        changed = min(dismissed, ended) - _MOMENT
    elif group["long_dismissed"]:
        changed = dismissed - _MOMENT
    elif group["long_ended"]:
        changed = ended - _MOMENT
    return Standing(
        state=CaseState(group["state"]),
        changed_at=changed,
        came_from=CaseState(group["came_from"]) if group["came_from"] else None,
        held=group["held"],
        restricted=group["restricted"],
        proved=group["proved"],
    )


def _groups(
    kind: Class, own: datetime, dismissed: datetime, ended: datetime
) -> Iterable[dict[str, Any]]:
    case, taken = ("case" if kind is Class.SCREENS else "target__case"), TABLES[kind][1]
    proved = set(_proved().values_list("pk", flat=True))
    found: QuerySet[Any, dict[str, Any]] = (
        there(kind)
        .order_by()
        .annotate(
            state=F(f"{case}__state"),
            came_from=F(f"{case}__came_from"),
            held=_is(Q(**{f"{case}__hold_owner__isnull": False})),
            restricted=F(f"{case}__restricted"),
            proved=_is(Q(**{f"{case}__in": proved})),
            long_dismissed=_is(Q(**{f"{case}__changed_at__lt": dismissed})),
            long_ended=_is(Q(**{f"{case}__changed_at__lt": ended})),
            old=_is(Q(**{f"{taken}__lt": own})),
            old_dismissed=_is(Q(**{f"{taken}__lt": dismissed})),
            old_ended=_is(Q(**{f"{taken}__lt": ended})),
        )
        .values(
            "state", "came_from", "held", "restricted", "proved", "long_dismissed", "long_ended",
            "old", "old_dismissed", "old_ended",
        )
        .annotate(n=Count("pk"), size=Sum(_size(kind)))
    )  # fmt: skip
    return found


def _is(what: Q) -> Case:
    return Case(When(what, then=Value(True)), default=Value(False), output_field=BooleanField())


def _size(kind: Class) -> Any:
    return F("png_length") + F("text_length") if kind is Class.SCREENS else F("warc_length")


def _proved() -> QuerySet[CaseRow]:
    """Dismissed cases that were confirmed once: of no others does it matter."""
    subject = Concat(Value("case:"), Cast("pk", CharField()), output_field=CharField())
    confirmed = AuditEvent.objects.filter(
        subject=OuterRef("subject"), action=f"case.{CaseState.CONFIRMED}"
    )
    away = Q(state=CaseState.DISMISSED) | Q(came_from=CaseState.DISMISSED)
    rows = CaseRow.objects.filter(away).annotate(subject=subject)
    return rows.filter(Exists(confirmed))
