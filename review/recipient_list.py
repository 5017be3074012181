"""Who gets exports: what each is sent, what came of it, who belongs to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, Max, Min, OuterRef, QuerySet

from blocking.entries import Scope
from blocking.hidden import hidden_requests
from blocking.models import Export, Order, Receipt
from blocking.plan import Recipient
from blocking.states import ExportState
from cases.models import Person
from cases.people import Role, require
from domain.clock import Clock, utc_now
from domain.orders import OrderState

LIST_AUDIENCE = frozenset({Role.SUPERVISOR, Role.AUDITOR, Role.OPERATOR, Role.ADMINISTRATOR})
#: What a recipient has been sent and has not answered.
UNANSWERED = (OrderState.SENT, OrderState.LIFT_SENT)


@dataclass(frozen=True, slots=True)
class RecipientLine:
    """A recipient. ``sent`` is None for one that the settings no longer name, of which exports or
    people are left. ``released`` is the release in force, ``newest`` the last export that was
    built, whatever became of it. ``overdue`` orders have no answer since ``overdue_since``."""

    name: str
    sent: Recipient | None
    released: Export | None
    newest: Export | None
    answered_at: datetime | None
    orders: tuple[tuple[OrderState, int], ...]
    overdue: int
    overdue_since: datetime | None
    people: tuple[tuple[str, bool], ...]

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """What it can block, narrowest first."""
        return tuple(scope for scope in Scope if self.sent and scope in self.sent.scopes)


def recipients(
    person: Person, named: Collection[Recipient], *, answer_days: int, clock: Clock = utc_now
) -> tuple[RecipientLine, ...]:
    """The recipients that the settings name, then those that are left over. Orders of restricted
    cases are not counted. Raises AccessError."""
    require(person, LIST_AUDIENCE, "read who gets exports")
    released = {row.recipient: row for row in _newest(Export.objects.filter(**_RELEASED))}
    newest = {row.recipient: row for row in _newest(Export.objects.all())}
    answered = dict(
        Receipt.objects.order_by().values_list("recipient").annotate(at=Max("received_at"))
    )
    orders, overdue = _orders(), _overdue(clock() - timedelta(days=answer_days))
    people = _people()
    told = {one.name: one for one in named}
    left = sorted({*newest, *people, *orders} - told.keys())
    return tuple(
        RecipientLine(
            name=name,
            sent=told.get(name),
            released=released.get(name),
            newest=newest.get(name),
            answered_at=answered.get(name),
            orders=tuple(
                (state, orders[name][state]) for state in OrderState if orders[name][state]
            ),
            overdue=overdue.get(name, (0, None))[0],
            overdue_since=overdue.get(name, (0, None))[1],
            people=tuple(people.get(name, ())),
        )
        for name in (*told, *left)
    )


_RELEASED = {"state": ExportState.RELEASED}


def _newest(rows: QuerySet[Export]) -> QuerySet[Export]:
    """Of each recipient the one among ``rows`` with the highest number."""
    later = rows.filter(recipient=OuterRef("recipient"), number__gt=OuterRef("number"))
    return rows.filter(~Exists(later)).defer("manifest", "findings", "unchecked")


def _orders() -> dict[str, dict[OrderState, int]]:
    rows = Order.objects.exclude(request__in=hidden_requests()).order_by()
    found: dict[str, dict[OrderState, int]] = defaultdict(lambda: defaultdict(int))
    for recipient, state, n in rows.values_list("recipient", "state").annotate(n=Count("pk")):
        found[recipient][OrderState(state)] = n
    return found


def _overdue(before: datetime) -> dict[str, tuple[int, datetime]]:
    rows = Order.objects.filter(state__in=UNANSWERED, changed_at__lt=before).order_by()
    rows = rows.exclude(request__in=hidden_requests())
    counted = rows.values_list("recipient").annotate(n=Count("pk"), since=Min("changed_at"))
    return {recipient: (n, since) for recipient, n, since in counted}


def _people() -> dict[str, list[tuple[str, bool]]]:
    rows = Person.objects.exclude(recipient="").order_by("username")
    found: dict[str, list[tuple[str, bool]]] = {}
    for recipient, name, active in rows.values_list("recipient", "username", "is_active"):
        found.setdefault(recipient, []).append((name, active))
    return found
