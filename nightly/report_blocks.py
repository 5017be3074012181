"""What looks at blocks found that people must act on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from blocking.hidden import hidden_requests
from blocking.models import BlockLook, Collateral, Order
from blocking.reach.due import last_looks, ordered_anew
from blocking.reach.recording import STAGE, UNFIT
from blocking.reach.verdicts import Verdict
from cases.models import Run, RunCount
from domain.clock import utc_now
from domain.orders import OrderState

_SHOWN = 50
_TIES = {
    "same_host": "on the same host",
    "same_domain": "of the same domain",
    "same_address": "at the same address",
}


def block_alarms(run: Run) -> list[str]:
    """Neighbours that a block hit since the run before, liftings that cannot be seen, and vantages
    that reached nothing in this run."""
    return [*_shortened([*_collateral(run)]), *_shortened([*_not_lifted()]), *_unfit(run)]


def block_notes() -> list[str]:
    """Orders that were executed by their recipients' word, and are not blocked."""
    rows = _shown().filter(state=OrderState.NOT_BLOCKED).order_by("changed_at", "pk")
    return _shortened(
        [f"{_order(row)}: not blocked, as seen since {_local(row.changed_at)}" for row in rows]
    )


def _collateral(run: Run) -> Iterator[str]:
    before = Run.objects.filter(kind=run.kind, pk__lt=run.pk).order_by("-pk").first()
    looks = BlockLook.objects.filter(at__lte=run.finished_at or utc_now())
    if before is not None:
        looks = looks.filter(at__gt=before.finished_at or before.started_at)
    rows = Collateral.objects.filter(look__in=looks)
    rows = rows.exclude(look__order__request__in=hidden_requests())
    for row in rows.select_related("look__order__request").order_by("pk"):
        look, tie = row.look, _TIES[row.tie]
        yield (
            f"{_order(look.order)}: {row.sibling} {tie} cannot be reached from {look.vantage} "
            f"either ({row.reason}), while the control reaches it"
        )


def _not_lifted() -> Iterator[str]:
    rows = _shown().filter(~ordered_anew(), state=OrderState.LIFT_EXECUTED)
    last = last_looks(rows)
    still = {pk: vantage for (pk, vantage), look in last.items() if look.verdict is Verdict.BLOCKED}
    for row in rows.filter(pk__in=still).order_by("changed_at", "pk"):
        seen = last[row.pk, still[row.pk]]
        if seen.at >= row.changed_at:
            yield (
                f"{_order(row)}: lifted by their word on {_local(row.changed_at)}, and still "
                f"blocked as seen from {still[row.pk]} on {_local(seen.at)}"
            )


def _unfit(run: Run) -> list[str]:
    rows = RunCount.objects.filter(run=run, stage=STAGE, name="failed")
    found = rows.filter(reason__startswith=UNFIT).order_by("reason")
    return [
        f"vantage {row.reason.removeprefix(UNFIT)} reaches no reference: it saw nothing that counts"
        for row in found
    ]


def _shown() -> QuerySet[Order]:
    return Order.objects.exclude(request__in=hidden_requests()).select_related("request")


def _order(row: Order) -> str:
    return f"order {row.pk} of {row.recipient}, {row.request.sort_key}"


def _local(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M %z}"


def _shortened(lines: Sequence[str]) -> list[str]:
    more = len(lines) - _SHOWN
    return [*lines[:_SHOWN], *([f"… and {more} more"] if more > 0 else [])]
