"""The morning report names what looks at blocks found."""

from __future__ import annotations

from datetime import timedelta

import pytest

from blocking.models import BlockLook, Collateral, Order
from blocking.reach.targets import Tie
from blocking.reach.verdicts import Verdict
from cases.models import Case, Run, RunCount
from domain.orders import OrderState
from nightly import reporting
from nightly.rendering import console, to_html, to_terminal
from tests.records import NOON, new_run
from tests.sent import sent

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def looked(order: Order, verdict: Verdict, hours: int, vantage: str = "operator") -> BlockLook:
    return BlockLook.objects.create(
        order=order, vantage=vantage, at=NOON + hours * HOUR, verdict=verdict,
        reason="dns_nxdomain", audit_seq=1,
    )  # fmt: skip


def in_state(state: OrderState, *hosts: str, number: int = 1) -> list[Order]:
    orders = sent(*hosts, number=number)
    Order.objects.filter(pk__in=[order.pk for order in orders]).update(state=state)
    return orders


def hit(order: Order, sibling: str, hours: int) -> None:
    look = looked(order, Verdict.BLOCKED, hours)
    Collateral.objects.create(look=look, sibling=sibling, tie=Tie.DOMAIN, reason="dns_nxdomain")


def ended(hours: int) -> Run:
    run = new_run()
    run.started_at, run.finished_at = NOON + hours * HOUR, NOON + (hours + 1) * HOUR
    run.save()
    return run


def test_neighbours_that_fell_are_told_once_by_the_night_after() -> None:
    (order,) = in_state(OrderState.EXECUTED, "a.market.test")
    first, second = ended(0), ended(24)
    hit(order, "b.market.test", 5)
    hit(order, "c.market.test", 30)
    assert reporting.build(first).block_alarms == []
    assert reporting.build(second).block_alarms == [
        f"order {order.pk} of regulator, a.market.test: b.market.test of the same domain cannot be "
        "reached from operator either (dns_nxdomain), while the control reaches it"
    ]


def test_a_lifting_that_cannot_be_seen_and_an_order_that_is_not_blocked_are_told() -> None:
    still, back, before = in_state(OrderState.LIFT_EXECUTED, "a.test", "b.test", "c.test")
    looked(still, Verdict.BLOCKED, 1)
    looked(back, Verdict.BLOCKED, 1)
    looked(back, Verdict.NOT_BLOCKED, 2)
    looked(before, Verdict.BLOCKED, -1)
    (open_,) = in_state(OrderState.NOT_BLOCKED, "d.test", number=2)
    report = reporting.build(ended(24))
    assert len(report.block_alarms) == 1
    assert f"order {still.pk} of regulator, a.test: lifted by their word" in report.block_alarms[0]
    (note,) = report.block_notes
    assert f"order {open_.pk} of regulator, d.test: not blocked" in note


def test_a_vantage_that_reaches_nothing_is_named() -> None:
    run = ended(0)
    RunCount.objects.create(
        run=run, stage="reach", name="failed", reason="reaches no reference: operator", n=1
    )
    assert reporting.build(run).block_alarms == [
        "vantage operator reaches no reference: it saw nothing that counts"
    ]


def test_restricted_cases_are_not_named() -> None:
    (order,) = in_state(OrderState.NOT_BLOCKED, "a.test")
    hit(order, "b.test", 0)
    Case.objects.filter(pk=order.request.case_id).update(restricted=True)
    report = reporting.build(ended(1))
    assert (report.block_alarms, report.block_notes) == ([], [])


def test_many_are_counted_and_both_forms_show_them_defanged(
    capsys: pytest.CaptureFixture[str],
) -> None:
    in_state(OrderState.NOT_BLOCKED, *(f"shop{n}.test" for n in range(53)))
    report = reporting.build(ended(0))
    assert report.block_notes[50:] == ["… and 3 more"]
    to_terminal(report, console())
    for text in (capsys.readouterr().out, to_html(report)):
        assert "shop7[.]test" in text
        assert "shop7.test" not in text
