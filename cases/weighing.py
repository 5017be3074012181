"""Keeps what a look at each open case is worth, so that a queue is read off an index."""

from __future__ import annotations

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from cases.decisions import OPEN_STATES
from cases.models import AuditEvent, Capture, Case
from domain.captures import Outcome
from domain.channel_profiles import profile_from
from domain.clock import Clock, utc_now
from domain.states import CaseState
from domain.worth import worth

_BATCH = 500
_READERS = frozenset({"subscribers", "members"})


def weigh(*, clock: Clock = utc_now) -> int:
    """Renew the worth of every open case. Returns how many have another one than before."""
    now, changed, batch = clock(), 0, list[Case]()
    lapsed = _lapsed()
    for case in _open().iterator(chunk_size=_BATCH):
        found = vars(case)
        seen = found["last_seen"] or case.opened_at
        value = worth(
            case.score or 0.0,
            reach=_reach(case),
            unseen_for=now - seen,
            family=found["relatives"],
            lapsed=case.pk in lapsed,
        )
        if abs(value - case.worth) > 1e-9:
            case.worth = value
            batch.append(case)
        if len(batch) == _BATCH:
            changed += Case.objects.bulk_update(batch, ["worth"])
            batch.clear()
    return changed + Case.objects.bulk_update(batch, ["worth"])


def _open() -> QuerySet[Case]:
    """Open cases with when each was last seen well, and how many its family has."""
    members = Case.objects.filter(family=OuterRef("family")).order_by().values("family")
    seen = Capture.objects.filter(target=OuterRef("target"), outcome=Outcome.OK)
    return (
        Case.objects.filter(state__in=[*OPEN_STATES])
        .select_related("channel")
        .annotate(
            last_seen=Subquery(seen.order_by("-fetched_at").values("fetched_at")[:1]),
            relatives=Coalesce(
                Subquery(members.annotate(n=Count("pk")).values("n"), output_field=IntegerField()),
                1,
            ),
        )
        .order_by("pk")
    )


def _reach(case: Case) -> int:
    """Subscribers, where the channel shows them: of what it says of itself, the most."""
    facts = getattr(case, "channel", None)
    counters = profile_from(facts.profile).counters if facts else ()
    return max((count for name, count in counters if name in _READERS), default=0)


def _lapsed() -> set[int]:
    """Numbers of cases that came into review because a block of theirs had run out."""
    came = AuditEvent.objects.filter(
        action=f"case.{CaseState.IN_REVIEW}", details__from=CaseState.EXPIRED.value
    )
    return {int(subject.partition(":")[2]) for subject in came.values_list("subject", flat=True)}
