"""A release held against the answers to it: what was never answered, answered twice, or answered
without having been sent.

An entry belongs to the release that it was last sent with, a lifting to the release that first
said it, and an answer that names no entry to the release that was in force when it came. Restricted
cases are in none of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db.models import Count, F, Model, Q, QuerySet

from blocking.hidden import hidden_requests
from blocking.models import Export, Order, OrderMove, ReceiptEntry
from blocking.states import ExportState
from domain.errors import InputError
from domain.gaps import OF_ORDERS, Gap
from domain.orders import Answer, OrderState
from domain.outcomes import Outcome

M = TypeVar("M", bound=Model)
_ROWS = {Gap.UNKNOWN: Outcome.UNKNOWN, Gap.FOREIGN: Outcome.FOREIGN}
#: Answers from before an order was last sent are answers to an earlier sending.
_SINCE = Q(answers__receipt__received_at__gte=F("sent_at"))
_CONTRADICTS = Q(misfits__gt=0) | (Q(refused__gt=0) & (Q(accepted__gt=0) | Q(executed__gt=0)))
_REPEATS = Q(refused__gt=1) | Q(accepted__gt=1) | Q(executed__gt=1) | Q(lifted__gt=1)


@dataclass(frozen=True, slots=True)
class Reconciled:
    """A release in figures: entries and liftings that were ``sent`` and ``lifted`` with it, and how
    many rows each gap has."""

    sent: int
    lifted: int
    gaps: Mapping[Gap, int]

    @property
    def whole(self) -> bool:
        """Whether all was answered, once, and nothing else was."""
        return not any(self.gaps.values())


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """A released export and the time in which it was the one in force: from ``begins`` to ``ends``,
    None where no other followed. ``hidden`` are requests that nobody may see."""

    export: Export
    begins: datetime
    ends: datetime | None
    hidden: Sequence[UUID]

    @classmethod
    def of(cls, export: Export) -> Reconciliation:
        """That of ``export``. Raises InputError for one that was not released."""
        if export.state != ExportState.RELEASED or export.released_at is None:
            raise InputError(f"export {export.recipient}/{export.number} was not released")
        later = Export.objects.filter(
            recipient=export.recipient, state=ExportState.RELEASED, number__gt=export.number
        )
        ends = later.order_by("number").values_list("released_at", flat=True).first()
        return cls(export, export.released_at, ends, hidden_requests())

    def figures(self) -> Reconciled:
        """The release in figures."""
        gaps = {
            gap: (self.orders_in(gap) if gap in OF_ORDERS else self.rows_in(gap)).count()
            for gap in Gap
        }
        return Reconciled(self._sent().count(), self._liftings().distinct().count(), gaps)

    def orders_in(self, gap: Gap) -> QuerySet[Order]:
        """The orders that are in ``gap``, one of ``OF_ORDERS``, the oldest first."""
        match gap:
            case Gap.UNANSWERED:
                rows = self._sent().filter(state=OrderState.SENT)
            case Gap.LIFT_UNANSWERED:
                rows = Order.objects.filter(state=OrderState.LIFT_SENT, pk__in=self._liftings())
                rows = self._within(rows, "changed_at")
            case Gap.CONTRADICTING:
                rows = self._answered().filter(_CONTRADICTS)
            case Gap.REPEATED:
                rows = self._answered().filter(_REPEATS).exclude(_CONTRADICTS)
            case _:
                raise ValueError(f"{gap} is no gap of orders")
        return rows.order_by("pk")

    def rows_in(self, gap: Gap) -> QuerySet[ReceiptEntry]:
        """The rows of receipts that are in ``gap``, one of those that no order is in."""
        rows = ReceiptEntry.objects.filter(
            receipt__recipient=self.export.recipient, outcome=_ROWS[gap]
        )
        rows = self._within(rows, "receipt__received_at").select_related("receipt")
        return rows.order_by("receipt", "line", "pk")

    def _sent(self) -> QuerySet[Order]:
        rows = Order.objects.filter(recipient=self.export.recipient, export=self.export)
        return rows.exclude(request__in=self.hidden)

    def _answered(self) -> QuerySet[Order]:
        """What was sent, with how often each answer came since."""
        return self._sent().annotate(
            refused=_said(Answer.REFUSED),
            accepted=_said(Answer.ACCEPTED),
            executed=_said(Answer.EXECUTED),
            lifted=_said(Answer.LIFTED),
            misfits=Count("answers", filter=_SINCE & Q(answers__outcome=Outcome.CONFLICT)),
        )

    def _liftings(self) -> QuerySet[OrderMove, int]:
        """The orders whose lifting this release was the first to say."""
        rows = OrderMove.objects.filter(
            order__recipient=self.export.recipient, to=OrderState.LIFT_SENT
        )
        rows = self._within(rows.exclude(order__request__in=self.hidden), "moved_at")
        return rows.order_by().values_list("order", flat=True)

    def _within(self, rows: QuerySet[M], field: str) -> QuerySet[M]:
        rows = rows.filter(**{f"{field}__gte": self.begins})
        return rows.filter(**{f"{field}__lt": self.ends}) if self.ends else rows


def answers_to(orders: Sequence[Order]) -> QuerySet[ReceiptEntry]:
    """What was answered to ``orders`` since each was last sent, in the order in which it came."""
    rows = ReceiptEntry.objects.filter(
        order__in=[order.pk for order in orders], receipt__received_at__gte=F("order__sent_at")
    )
    return rows.select_related("receipt").order_by("order", "receipt__received_at", "line", "pk")


def _said(answer: Answer) -> Count:
    return Count("answers", filter=_SINCE & Q(answers__answer=answer))
