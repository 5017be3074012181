"""Which orders are to be looked at now, and from which vantages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from django.db.models import Exists, Max, OuterRef, QuerySet

from blocking.entries import Scope
from blocking.hidden import hidden_requests
from blocking.models import Order
from blocking.reach.plan import ReachPlan, Times, Vantage
from blocking.reach.settling import FOLLOWS
from blocking.reach.tables import BlockLook
from blocking.reach.targets import UNSEEN
from blocking.reach.verdicts import Verdict
from domain.errors import InputError
from domain.orders import STANDING, OrderState
from domain.states import CaseState

_LOOKED_AT = (*FOLLOWS, OrderState.LIFT_EXECUTED)


class Task(NamedTuple):
    """An order and the vantages that it is to be looked at from."""

    order: Order
    vantages: tuple[Vantage, ...]


class Last(NamedTuple):
    """The last look at an order from a vantage."""

    at: datetime
    verdict: Verdict


_NEVER = Last(datetime(1970, 1, 1, tzinfo=UTC), Verdict.INCONCLUSIVE)


@dataclass(frozen=True, slots=True)
class Due:
    """What is looked at, the longest unseen first, and how many orders are not, by reason."""

    tasks: list[Task] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)


def due(plan: ReachPlan, now: datetime, *, recipient: str = "", order: int | None = None) -> Due:
    """The orders that are executed, verified, seen not to be blocked or lifted, and whose next look
    falls due at ``now``; those of one recipient, or one order, which is due at any time.

    Raises InputError for an order that there is none of, or that is not looked at in its state.
    """
    found = Due()
    rows = _orders(recipient, order)
    last = last_looks(rows)
    waiting: list[tuple[float, int, tuple[Vantage, ...]]] = []
    fields = ("state", "recipient", "changed_at", "request__scope", "request__case__state")
    for row in rows.select_related("request__case").only(*fields).iterator(chunk_size=2000):
        why, vantages = _vantages(row, plan, last, now, asked=order is not None)
        if why:
            found.skipped[why] += 1
            continue
        seen = [last.get((row.pk, one.name), _NEVER).at.timestamp() for one in vantages]
        waiting.append((min(seen), row.pk, vantages))
    waiting.sort(key=lambda one: one[:2])
    taken = waiting[: plan.bounds.orders]
    orders = Order.objects.select_related("request").in_bulk([pk for _, pk, _ in taken])
    found.tasks.extend(Task(orders[pk], vantages) for _, pk, vantages in taken)
    found.skipped["over the budget of one batch"] += len(waiting) - len(taken)
    return found


def last_looks(orders: QuerySet[Order]) -> Mapping[tuple[int, str], Last]:
    """The last look at each of ``orders`` from each vantage, by order and vantage."""
    looks = BlockLook.objects.filter(order__in=orders.order_by().values("pk"))
    newest = looks.order_by().values("order", "vantage").annotate(last=Max("pk")).values("last")
    rows = BlockLook.objects.filter(pk__in=newest)
    return {
        (order, vantage): Last(at, Verdict(verdict))
        for order, vantage, at, verdict in rows.values_list("order", "vantage", "at", "verdict")
    }


def ordered_anew() -> Exists:
    """Whether the recipient of an order holds another order for the same target."""
    again = Order.objects.filter(
        recipient=OuterRef("recipient"),
        request__sort_key=OuterRef("request__sort_key"),
        state__in=[*STANDING],
    )
    return Exists(again)


def _orders(recipient: str, order: int | None) -> QuerySet[Order]:
    rows = Order.objects.exclude(request__in=hidden_requests()).order_by("pk")
    if recipient:
        rows = rows.filter(recipient=recipient)
    if order is not None:
        rows = rows.filter(pk=order)
        one = rows.first()
        if one is None:
            raise InputError(f"there is no order {order}")
        if one.state not in _LOOKED_AT:
            states = ", ".join(sorted(_LOOKED_AT))
            raise InputError(f"order {order} is {one.state}; looked at are those {states}")
    return rows.filter(state__in=_LOOKED_AT).annotate(ordered_anew=ordered_anew())


def _vantages(
    row: Order,
    plan: ReachPlan,
    last: Mapping[tuple[int, str], Last],
    now: datetime,
    *,
    asked: bool,
) -> tuple[str, tuple[Vantage, ...]]:
    """Why an order is not looked at, or the vantages that it is looked at from."""
    if (scope := Scope(row.request.scope)) in UNSEEN:
        return UNSEEN[scope].value, ()
    if row.request.case.state == CaseState.ON_HOLD:
        return "case is on hold", ()
    if row.state == OrderState.LIFT_EXECUTED and row.ordered_anew:  # type: ignore[attr-defined]
        return "lifted and ordered anew", ()
    standing = plan.standing_for(row.recipient)
    if not standing:
        return f"no vantage stands for {row.recipient}", ()
    if asked:
        return "", standing
    if row.state == OrderState.LIFT_EXECUTED and now - row.changed_at > plan.times.lifted:
        # one that was still blocked when last seen is looked at until it is not
        looks = (last.get((row.pk, one.name), _NEVER) for one in standing)
        if not any(look.verdict is Verdict.BLOCKED for look in looks):
            return "lifted long ago", ()
    seen = ((one, last.get((row.pk, one.name))) for one in standing)
    falling = tuple(one for one, look in seen if _is_due(row, look, now, plan.times))
    return ("", falling) if falling else ("looked at lately", ())


def _is_due(row: Order, look: Last | None, now: datetime, times: Times) -> bool:
    if look is None:
        return True
    if row.state == OrderState.LIFT_EXECUTED:
        if look.at >= row.changed_at and look.verdict is Verdict.NOT_BLOCKED:
            return False
        return look.at < row.changed_at or now - look.at >= times.apart
    calm = row.state == OrderState.VERIFIED and look.verdict is Verdict.BLOCKED
    return now - look.at >= (times.verified if calm else times.apart)
