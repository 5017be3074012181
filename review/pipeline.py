"""From found to verified blocked: where cases stand, how long steps take, of what cases are.

Cases of the restricted queue are nowhere in it. A case stands at one place and counts at all that
lie before it; orders of recipients are counted apart, by what each of them did.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from statistics import median

from django.db.models import CharField, Count, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat, TruncWeek
from django.utils import timezone

from blocking.entries import Action
from blocking.models import BlockingRequest
from cases.models import AuditEvent, Case, DecisionRow
from domain.states import CaseState as S

#: Where a case has come at least, by where it stands.
CONFIRMED = frozenset({S.CONFIRMED, S.REQUESTED, S.EXPIRED, S.LIFTED, S.WITHDRAWN})
DECIDED = CONFIRMED | {S.DISMISSED}
WAITING = frozenset({S.IN_REVIEW, S.ESCALATED})
QUEUED = DECIDED | WAITING | {S.ON_HOLD}
ASSESSED = QUEUED | {S.ASSESSED, S.SCREENED_OUT}
Moments = Iterable[tuple[datetime, datetime]]


def standing(state: str, came_from: str) -> S:
    """Where a case stands: one that cannot be reached, where it stood before."""
    return S(came_from) if state == S.UNREACHABLE and came_from else S(state)


def held_when_confirmed() -> int:
    """How many cases are held that were confirmed before."""
    return _cases().filter(held_from=S.CONFIRMED).count()


def by_state() -> dict[tuple[str, S], int]:
    """How many cases stand where, by the kind of their targets."""
    found = Counter[tuple[str, S]]()
    rows = _cases().values_list("target__kind", "state", "came_from").annotate(n=Count("pk"))
    for kind, state, came_from, n in rows:
        found[kind, standing(state, came_from)] += n
    return dict(found)


def by_value(field: str) -> dict[str, Counter[S]]:
    """How many cases that people were asked about stand where, by each value in the list
    ``field`` of theirs; those whose list is empty under ``""``."""
    found = dict[str, Counter[S]]()
    rows = _cases().filter(review_round__gte=1).values_list(field, "state", "came_from")
    for values, state, came_from, n in rows.annotate(n=Count("pk")):
        for value in values or [""]:
            found.setdefault(value, Counter())[standing(state, came_from)] += n
    return found


def requested() -> int:
    """How many cases were asked to be blocked, in the round of review that they are in."""
    rows = BlockingRequest.objects.filter(
        action=Action.BLOCK, case__restricted=False, review_round=F("case__review_round")
    )
    return rows.aggregate(n=Count("case", distinct=True))["n"] or 0


def reached(counts: dict[tuple[str, S], int], places: frozenset[S]) -> int:
    """How many of ``counts`` stand at one of ``places``."""
    return sum(n for (_, state), n in counts.items() if state in places)


def weeks(count: int, today: date) -> list[date]:
    """The Mondays of the last ``count`` weeks, this one the last."""
    monday = today - timedelta(days=today.weekday())
    return [monday - timedelta(weeks=back) for back in range(count - 1, -1, -1)]


def beginning(week: date) -> datetime:
    """When ``week`` begins where the house is."""
    return timezone.make_aware(datetime.combine(week, datetime.min.time()))


def by_week(since: datetime) -> dict[date, Counter[str]]:
    """By Monday, how many cases were ``found``, and confirmed or dismissed by people."""
    found = dict[date, Counter[str]]()
    opened = _cases().filter(opened_at__gte=since).annotate(week=TruncWeek("opened_at"))
    for week, n in opened.values_list("week").annotate(n=Count("pk")).order_by():
        found.setdefault(_day(week), Counter())["found"] += n
    ended = _ending(since).annotate(week=TruncWeek("decided_at"))
    for week, led_to, n in ended.values_list("week", "led_to").annotate(n=Count("pk")).order_by():
        found.setdefault(_day(week), Counter())[led_to] += n
    return found


def queued_since(since: datetime) -> list[tuple[datetime, datetime]]:
    """When a case was found and when people were first asked about it."""
    subject = Concat(Value("case:"), Cast(OuterRef("pk"), CharField()))
    first = AuditEvent.objects.filter(subject=subject, action=f"case.{S.IN_REVIEW}")
    rows = _cases().filter(changed_at__gte=since, review_round__gte=1)
    rows = rows.annotate(queued=Subquery(first.order_by("seq").values("at")[:1]))
    pairs = rows.exclude(queued=None).values_list("opened_at", "queued").iterator(2000)
    found = ((opened, datetime.fromisoformat(queued)) for opened, queued in pairs)
    return [(opened, queued) for opened, queued in found if queued >= since]


def confirmed_since(since: datetime) -> list[tuple[datetime, datetime]]:
    """When people were asked about a case and when the second confirmed it."""
    subject = Concat(Value("case:"), Cast(OuterRef("case_id"), CharField()))
    asked = AuditEvent.objects.filter(subject=subject, action=f"case.{S.IN_REVIEW}")
    asked = asked.exclude(details__has_key="undone").exclude(details__from=S.UNREACHABLE.value)
    rows = _ending(since).filter(led_to=S.CONFIRMED, review_round=F("case__review_round"))
    rows = rows.annotate(asked=Subquery(asked.order_by("-seq").values("at")[:1]))
    pairs = rows.exclude(asked=None).values_list("asked", "decided_at")
    return [(datetime.fromisoformat(asked), decided) for asked, decided in pairs]


def requested_since(since: datetime) -> list[tuple[datetime, datetime]]:
    """When a case was confirmed and when its block was asked for."""
    rows = BlockingRequest.objects.filter(action=Action.BLOCK, case__restricted=False)
    confirmed = DecisionRow.objects.filter(
        case=OuterRef("case"), review_round=OuterRef("review_round"), led_to=S.CONFIRMED
    )
    rows = rows.filter(valid_from__gte=since).annotate(
        confirmed=Subquery(confirmed.values("decided_at")[:1])
    )
    return list(rows.exclude(confirmed=None).values_list("confirmed", "valid_from"))


def hours(pairs: Moments) -> tuple[int, float | None]:
    """How many steps there were, and the median of their hours; None of none."""
    took = [max(0.0, (end - begin).total_seconds()) / 3600 for begin, end in pairs]
    return len(took), median(took) if took else None


def confirmed_of(counts: Counter[S]) -> int:
    """How many of ``counts`` were confirmed at least."""
    return sum(n for state, n in counts.items() if state in CONFIRMED)


def waiting_of(counts: Counter[S]) -> int:
    """How many of ``counts`` wait for people."""
    return sum(n for state, n in counts.items() if state in WAITING)


def ranked(counts: dict[str, Counter[S]]) -> Sequence[str]:
    """The keys of ``counts``, those with most cases first; what has no value last."""
    return sorted(counts, key=lambda key: (key == "", -counts[key].total(), key))


def _cases() -> QuerySet[Case]:
    return Case.objects.filter(restricted=False).order_by()


def _ending(since: datetime) -> QuerySet[DecisionRow]:
    rows = DecisionRow.objects.filter(case__restricted=False, decided_at__gte=since)
    return rows.filter(led_to__in=[S.CONFIRMED, S.DISMISSED])


def _day(week: datetime) -> date:
    return timezone.localtime(week).date()
