"""Looks go into the record, and orders follow from them, in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from blocking.models import Order
from blocking.orders import Step, move
from blocking.reach.plan import ReachPlan
from blocking.reach.settling import Told, follows
from blocking.reach.tables import BlockLook, Collateral
from blocking.reach.targets import Tie
from blocking.reach.turns import told
from blocking.reach.verdicts import Judged
from cases import audit, counts
from cases.counts import CountKey
from cases.models import Run
from domain.clock import Clock, iso, utc_now
from domain.digests import digest
from domain.orders import OrderState

#: The stage that counts belong to.
STAGE = "reach"
#: What vantages are counted under that reach no reference; their name follows.
UNFIT = "reaches no reference: "
ACTOR = "system:reach"
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Hit:
    """A neighbour that the block hit: its URL or host, what ties it, reason and measurements."""

    sibling: str
    tie: Tie
    reason: str
    evidence: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Looked:
    """One order as one vantage saw it. ``evidence`` has the measurements by URL."""

    order: int
    vantage: str
    at: datetime
    judged: Judged
    evidence: Sequence[Mapping[str, Any]]
    hits: Sequence[Hit] = field(default_factory=tuple)


@transaction.atomic
def record(
    looks: Sequence[Looked], plan: ReachPlan, *, run: Run | None, clock: Clock = utc_now
) -> Counter[tuple[str, str]]:
    """Write looks down, and move the orders that they settle. Returns what was counted.

    The event ``blocks.looked`` counts the verdicts and holds the digest over the rows that carry
    its number (``looks_digest``). With a ``run`` the counts go to its stage, too.
    """
    counted = Counter[tuple[str, str]]()
    if not looks:
        return counted
    pks = sorted({one.order for one in looks})
    orders = {row.pk: row for row in _locked(pks)}
    rows = [_row(one, run) for one in looks]
    said = Counter(str(row.verdict) for row in rows)
    hits = sum(len(one.hits) for one in looks)
    event = audit.append(
        "blocks.looked",
        f"run:{run.pk}" if run else "blocks",
        actor=ACTOR,
        details={
            "verdicts": dict(sorted(said.items())),
            "collateral": hits,
            "looks_sha256": looks_digest(rows),
        },
        clock=clock,
    )
    for row in rows:
        row.audit_seq = event.seq
    kept = BlockLook.objects.bulk_create(rows, batch_size=_AT_ONCE)
    Collateral.objects.bulk_create(
        Collateral(
            look=row, sibling=hit.sibling, tie=hit.tie, reason=hit.reason, evidence=[*hit.evidence]
        )
        for row, one in zip(kept, looks, strict=True)
        for hit in one.hits
    )
    steps = _steps(orders.values(), plan, clock())
    move(steps, actor=ACTOR, subject=f"looks:{event.seq}", clock=clock)
    counted.update({("out", f"looks: {verdict}"): n for verdict, n in said.items()})
    counted.update(("out", f"orders now {step.to}") for step in steps)
    counted[("failed", "neighbours hit by a block")] += hits
    if run is not None:
        keys = {CountKey("", name, reason): n for (name, reason), n in counted.items() if n}
        counts.add(run.pk, STAGE, keys)
    return +counted


def _locked(pks: Sequence[int]) -> Iterable[Order]:
    rows = Order.objects.select_related("request").select_for_update(of=("self",))
    return rows.filter(pk__in=pks)


def looks_digest(rows: Iterable[BlockLook]) -> str:
    """The SHA-256 over looks in their order, as the event that wrote them holds it."""
    return digest(
        [
            [row.order_id, row.vantage, iso(row.at), str(row.verdict), row.reason, row.evidence]
            for row in rows
        ]
    )


def _row(one: Looked, run: Run | None) -> BlockLook:
    return BlockLook(
        order_id=one.order,
        vantage=one.vantage,
        at=one.at,
        verdict=one.judged.verdict,
        reason=one.judged.reason.value,
        evidence=[*one.evidence],
        run=run,
    )


def _steps(orders: Collection[Order], plan: ReachPlan, now: datetime) -> list[Step]:
    """The moves that the looks of ``orders``, those of a moment ago included, lead to."""
    looked = told(orders, plan, now)
    steps = []
    for row in sorted(orders, key=lambda one: one.pk):
        names = [one.name for one in plan.standing_for(row.recipient)]
        looks = {
            name: [_counting(row, part) for part in looked.get((row.pk, name), ())]
            for name in names
        }
        to = follows(OrderState(row.state), looks, names, plan.times.apart)
        if to is not None:
            last = max(one.at for parts in looks.values() for part in parts for one in part)
            steps.append(Step(row, to, f"seen from {', '.join(sorted(names))}", last))
    return steps


def _counting(row: Order, looks: Sequence[Told]) -> list[Told]:
    """Of an order that was executed just now, what was seen before says nothing."""
    if row.state != OrderState.EXECUTED:
        return [*looks]
    return [one for one in looks if one.at >= row.changed_at]
