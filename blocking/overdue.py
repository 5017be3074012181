"""What is owed beyond its time, by recipient: answers, liftings without an answer, and liftings
that are due and were never sent.

The last are told of recipients that the settings no longer name from the first day on: no release
will reach them, and they may block what must not be blocked any more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case as Choose
from django.db.models import Count, DateTimeField, F, Min, Q, QuerySet, When

from blocking.current import requests_in_force
from blocking.hidden import hidden_requests
from blocking.models import Order
from domain.gaps import Owed
from domain.orders import STANDING, OrderState

_NAMED = 20
_STATES = {Owed.ANSWER: OrderState.SENT, Owed.LIFTED: OrderState.LIFT_SENT}


@dataclass(frozen=True, slots=True)
class Overdue:
    """What one recipient owes or is owed: ``count`` entries, the oldest ``since`` then, the first
    of them ``named`` by scope and address. ``listed`` is whether the settings name the
    recipient."""

    recipient: str
    owed: Owed
    count: int
    since: datetime
    named: tuple[str, ...]
    listed: bool


def overdue(listed: Collection[str], *, answer_days: int, now: datetime) -> list[Overdue]:
    """What is overdue, grouped by recipient, what is longest owed first. ``listed`` are the names
    of the recipients in the settings; ``answer_days`` is how long an answer may take."""
    before = now - timedelta(days=answer_days)
    found = [*_unanswered(before, listed), *_not_sent(before, now, listed)]
    oldest = {one.recipient: now for one in found}
    for one in found:
        oldest[one.recipient] = min(oldest[one.recipient], one.since)
    return sorted(found, key=lambda one: (oldest[one.recipient], one.recipient, one.since))


def _unanswered(before: datetime, listed: Collection[str]) -> Iterator[Overdue]:
    for owed, state in _STATES.items():
        wanted = Q(state=state, owed_at__lt=before)
        yield from _grouped(_shown(), F("changed_at"), wanted, owed, listed)


def _not_sent(before: datetime, now: datetime, listed: Collection[str]) -> Iterator[Overdue]:
    """Orders that a recipient holds although their request is in force no more."""
    ended = Choose(
        When(request__valid_until__lte=now, then=F("request__valid_until")),
        default=F("request__case__changed_at"),
        output_field=DateTimeField(),
    )
    rows = _shown().filter(state__in=[*STANDING])
    rows = rows.exclude(request__in=requests_in_force(now).order_by().values("pk"))
    wanted = Q(owed_at__lt=before) | ~Q(recipient__in=[*listed])
    yield from _grouped(rows, ended, wanted, Owed.NOT_SENT, listed)


def _grouped(
    orders: QuerySet[Order], owed_at: F | Choose, wanted: Q, owed: Owed, listed: Collection[str]
) -> Iterator[Overdue]:
    rows = orders.annotate(owed_at=owed_at).filter(wanted)
    counted = rows.order_by().values_list("recipient").annotate(n=Count("pk"), at=Min("owed_at"))
    for recipient, count, since in counted:
        first = rows.filter(recipient=recipient).order_by("owed_at", "pk")
        named = first.values_list("request__scope", "request__sort_key")[:_NAMED]
        told = tuple(f"{scope}:{value}" for scope, value in named)
        yield Overdue(recipient, owed, count, since, told, recipient in listed)


def _shown() -> QuerySet[Order]:
    return Order.objects.exclude(request__in=hidden_requests())
