"""The one function through which orders change their state."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from blocking.models import Order, OrderMove, Receipt
from cases import audit
from domain.clock import Clock, iso, utc_now
from domain.digests import digest
from domain.errors import RuleError
from domain.orders import OrderState, check_order_move

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Step:
    """That ``order`` becomes ``to``. ``happened_at`` is when the recipient says that it did."""

    order: Order
    to: OrderState
    reason: str = ""
    happened_at: datetime | None = None


def move(
    steps: Sequence[Step],
    *,
    actor: str,
    subject: str,
    receipt: Receipt | None = None,
    details: Mapping[str, Any] | None = None,
    clock: Clock = utc_now,
) -> list[OrderMove]:
    """Move orders, one step after another, and write one audit event, in one transaction.

    ``subject`` is what moved them, such as ``receipt:7``. The event counts the moves and holds
    their digest (``moves_digest``), so that the rows of one event prove each other. Raises
    MoveError when the table of moves does not allow a step, and RuleError when an order is not
    where it was read any more; nothing has then moved.
    """
    if not steps:
        return []
    now = clock()
    began: dict[int, tuple[Order, OrderState]] = {}
    moves = list[OrderMove]()
    for step in steps:
        order, state = step.order, OrderState(step.order.state)
        check_order_move(state, step.to, str(order.pk))
        began.setdefault(order.pk, (order, state))
        moves.append(
            OrderMove(
                order=order,
                came_from=state,
                to=step.to,
                moved_at=now,
                happened_at=step.happened_at,
                reason=step.reason,
                actor=actor,
                receipt=receipt,
            )
        )
        order.state, order.changed_at = step.to, now
    with transaction.atomic():
        _save(began.values(), now)
        ways = Counter(f"{row.came_from} {row.to}" for row in moves)
        event = audit.append(
            "orders.moved",
            subject,
            actor=actor,
            details={
                "moves": dict(sorted(ways.items())),
                "moves_sha256": moves_digest(moves),
                **(details or {}),
            },
            clock=clock,
        )
        for row in moves:
            row.audit_seq = event.seq
        OrderMove.objects.bulk_create(moves, batch_size=_AT_ONCE)
    return moves


def moves_digest(moves: Iterable[OrderMove]) -> str:
    """The SHA-256 over moves in their order, as the event that wrote them holds it."""
    return digest(
        [
            [
                row.order_id,
                row.came_from,
                row.to,
                iso(row.happened_at) if row.happened_at else "",
                row.reason,
            ]
            for row in moves
        ]
    )


def _save(began: Iterable[tuple[Order, OrderState]], now: datetime) -> None:
    ways: dict[tuple[OrderState, OrderState], list[int]] = defaultdict(list)
    for order, state in began:
        ways[state, OrderState(order.state)].append(order.pk)
    for (state, to), pks in ways.items():
        for start in range(0, len(pks), _AT_ONCE):
            some = pks[start : start + _AT_ONCE]
            rows = Order.objects.filter(pk__in=some, state=state)
            if rows.update(state=to, changed_at=now) != len(some):
                raise RuleError("orders were moved meanwhile: do it again")
