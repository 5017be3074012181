"""The facts of a period, from the record. Restricted cases are in none of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from django.db.models import Exists, Min, OuterRef, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from blocking.entries import Action
from blocking.models import Appeal, BlockingRequest, Export, Order, OrderMove
from blocking.requests import Why
from blocking.states import ExportState
from cases.models import AuditEvent, Case, DecisionRow, RunCount
from domain.clock import iso
from domain.decisions import VerdictKind
from domain.errors import InputError
from domain.orders import OrderState
from domain.states import CaseState
from review.transparency.facts import Appealed, Facts, Requested, Span

_ENDS = (CaseState.EXPIRED, CaseState.LIFTED, CaseState.WITHDRAWN)
_STAGE, _FAILED = "requests", "failed"


@dataclass(frozen=True, slots=True)
class Period:
    """From the beginning of ``first`` to the end of ``last``, in the time zone of the unit."""

    first: date
    last: date
    zone: tzinfo

    @classmethod
    def of(cls, first: str, last: str, zone: tzinfo) -> Period:
        """From two dates in ISO 8601. Raises InputError for what is none, or ends before it
        begins."""
        try:
            found = cls(date.fromisoformat(first), date.fromisoformat(last), zone)
        except ValueError as error:
            said = _("not a date: %(name)s; write 2026-01-31") % {"name": error}
            raise InputError(said) from error
        if found.last < found.first:
            said = _("the period ends on %(last)s, before it begins on %(first)s")
            raise InputError(said % {"last": last, "first": first})
        return found

    @property
    def begins(self) -> datetime:
        """The first moment of it."""
        return datetime.combine(self.first, time(), self.zone)

    @property
    def ends(self) -> datetime:
        """The first moment after it."""
        return datetime.combine(self.last + timedelta(days=1), time(), self.zone)

    def of_field(self, field: str) -> Q:
        """Rows whose ``field`` lies in it."""
        return Q(**{f"{field}__gte": self.begins, f"{field}__lt": self.ends})


def facts_of(period: Period) -> Facts:
    """What the record has of ``period``."""
    requests = _requests().filter(period.of_field("valid_from"))
    refused = Export.objects.filter(period.of_field("built_at"), state=ExportState.REFUSED)
    appeals = Appeal.objects.filter(received_at__lt=period.ends).exclude(case__restricted=True)
    still_open = Q(decided_at=None) | Q(decided_at__gte=period.ends)
    return Facts(
        identified=_confirmed().filter(period.of_field("decided_at")).count(),
        sent=_sent_in(period).count(),
        executed=_first_in(OrderState.EXECUTED, period).count(),
        verified=_first_in(OrderState.VERIFIED, period).count(),
        requests=[_requested(row, period.zone) for row in requests.order_by("pk").iterator()],
        exports_refused=refused.count(),
        findings=[code for row in refused.order_by("pk") for code, *_ in row.findings],
        safeguards=_safeguards(period),
        recipients_refused=_moved(OrderState.REFUSED, period).count(),
        appeals=[
            _appealed(row, period)
            for row in appeals.filter(period.of_field("received_at")).order_by("pk")
        ],
        appeals_open=appeals.filter(still_open).count(),
        lift_sent=_liftings(OrderState.LIFT_SENT, period),
        lift_executed=_liftings(OrderState.LIFT_EXECUTED, period),
        ended=_ended(period),
        spans=[*_spans(period)],
    )


def _requests() -> QuerySet[BlockingRequest]:
    return BlockingRequest.objects.filter(action=Action.BLOCK, case__restricted=False)


def _requested(row: BlockingRequest, zone: tzinfo) -> Requested:
    category = json.loads(row.document)["law"]["category"]
    month = f"{row.valid_from.astimezone(zone):%Y-%m}"
    return Requested(row.scope, category, row.renewal > 0, month)


def _confirmed() -> QuerySet[DecisionRow]:
    """The verdicts by which cases became confirmed."""
    return DecisionRow.objects.filter(
        verdict=VerdictKind.CONFIRM,
        led_to=CaseState.CONFIRMED,
        undone_at=None,
        case__restricted=False,
    )


def _sent() -> QuerySet[Any]:
    """Requests with when a release first held each."""
    released = Q(exports__export__state=ExportState.RELEASED)
    return _requests().annotate(first_sent=Min("exports__export__released_at", filter=released))


def _first(state: OrderState) -> QuerySet[Any]:
    """Requests with when an order of theirs first came to ``state``."""
    came = Min("orders__moves__moved_at", filter=Q(orders__moves__to=state))
    return _requests().annotate(at=came)


def _moved(state: OrderState, period: Period) -> QuerySet[Order]:
    """The orders that came to ``state``."""
    moves = OrderMove.objects.filter(period.of_field("moved_at"), to=state, order=OuterRef("pk"))
    return Order.objects.filter(Exists(moves), request__case__restricted=False)


def _liftings(state: OrderState, period: Period) -> int:
    """How many orders came to ``state`` so that nothing is blocked any more: a release takes out
    what was renewed as well, but gives its recipient the renewal instead."""
    renewed = Order.objects.filter(
        recipient=OuterRef("recipient"),
        request__case=OuterRef("request__case"),
        request__review_round=OuterRef("request__review_round"),
        request__action=OuterRef("request__action"),
        request__renewal__gt=OuterRef("request__renewal"),
    )
    return _moved(state, period).filter(~Exists(renewed)).count()


def _safeguards(period: Period) -> list[tuple[str, int]]:
    """Requests that safeguards refused, by reason; a case that stays refused is in every night."""
    rows = RunCount.objects.filter(period.of_field("run__started_at"), stage=_STAGE, name=_FAILED)
    rows = rows.exclude(reason=Why.RESTRICTED)
    counted = rows.order_by().values_list("reason").annotate(total=Sum("n"))
    return sorted((reason, total) for reason, total in counted)


def _appealed(row: Appeal, period: Period) -> Appealed:
    if row.decided_at is None or row.decided_at >= period.ends:
        return Appealed(row.received_at, None, Appeal.State.OPEN.value)
    return Appealed(row.received_at, row.decided_at, row.state)


def _ended(period: Period) -> list[str]:
    hidden = Case.objects.filter(restricted=True).values_list("pk", flat=True)
    rows = AuditEvent.objects.filter(
        action__in=[f"case.{state}" for state in _ENDS],
        details__from=CaseState.REQUESTED,
        at__gte=iso(period.begins),
        at__lt=iso(period.ends),
    ).exclude(subject__in=[f"case:{pk}" for pk in hidden])
    counted = Counter(rows.values_list("action", flat=True))
    return [action.removeprefix("case.") for action in sorted(counted.elements())]


def _spans(period: Period) -> Iterator[Span]:
    """The steps that ended in the period."""
    decided = _confirmed().filter(period.of_field("decided_at"))
    for opened, at in decided.values_list("case__opened_at", "decided_at"):
        yield Span("confirmed", opened, at)
    rounds = _confirmed().values_list("case", "review_round", "decided_at")
    confirmed = {(case, number): at for case, number, at in rounds}
    first = _requests().filter(period.of_field("valid_from"), renewal=0)
    for row in first.only("case", "review_round", "valid_from"):
        if (row.case_id, row.review_round) in confirmed:
            began = confirmed[row.case_id, row.review_round]
            yield Span("requested", began, row.valid_from)
    for began, at in _sent_in(period).values_list("valid_from", "first_sent"):
        yield Span("sent", began, at)
    yield from _later("executed", _sent(), "first_sent", OrderState.EXECUTED, period)
    yield from _later("verified", _first(OrderState.EXECUTED), "at", OrderState.VERIFIED, period)


def _later(
    step: str, before: QuerySet[Any], field: str, state: OrderState, period: Period
) -> Iterator[Span]:
    """From when ``before`` has a request in ``field`` to when it first came to ``state``."""
    ended = dict(_first_in(state, period).values_list("pk", "at"))
    for pk, began in before.values_list("pk", field):
        if began is not None and pk in ended:
            yield Span(step, began, ended[pk])


def _sent_in(period: Period) -> QuerySet[Any]:
    return _sent().filter(period.of_field("first_sent"))


def _first_in(state: OrderState, period: Period) -> QuerySet[Any]:
    return _first(state).filter(period.of_field("at"))
