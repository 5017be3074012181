"""Batches of looks over a record, at a real Unbound with block zones and at servers on loopback."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from blocking.models import BlockLook, Collateral, Order, OrderMove
from blocking.reach.checking import check
from blocking.reach.plan import Vantage
from blocking.reach.recording import looks_digest
from blocking.reach.verdicts import Verdict
from blocking.zonecheck import program
from cases import audit
from cases.models import AuditEvent, Case, RunCount
from domain.errors import InputError
from domain.orders import OrderState
from domain.states import CaseState
from tests.blocking.conftest import Time
from tests.blocking.reach.looking import (
    about,
    executed,
    operator,
    plan_with,
    put,
    said,
    sent_again,
    state_of,
)
from tests.blocking.reach.world import SITE, WALL, Site, certificate, plan_over, site, trusting
from tests.net.dns_server import DnsServer
from tests.net.servers import redirect
from tests.records import new_run
from tests.sent import export_of, order_of

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.unbound,
    pytest.mark.skipif(not program("unbound"), reason="system package missing: unbound"),
]
S = OrderState


def test_an_order_is_verified_by_two_looks_and_unverified_by_two_others(
    tmp_path: Path, control: Vantage, shop: Site, clock: Time
) -> None:
    (order,) = executed("shop.test")
    with operator(tmp_path / "one", "shop.test") as resolver:
        plan = plan_with(resolver, control, shop)
        assert check(plan, clock=clock) == {("in", "orders"): 1, ("out", "looks: blocked"): 1}
        assert state_of(order) == S.EXECUTED
        clock.pass_by(minutes=59)
        assert check(plan, clock=clock) == {("skipped", "looked at lately"): 1}
        clock.pass_by(minutes=1)
        assert check(plan, clock=clock)["out", "orders now verified"] == 1
        assert state_of(order) == S.VERIFIED
        assert said(order) == [("blocked", "dns_nxdomain")] * 2
        clock.pass_by(hours=2)
        assert check(plan, clock=clock) == {("skipped", "looked at lately"): 1}
    with operator(tmp_path / "two") as resolver:
        plan = plan_with(resolver, control, shop)
        clock.pass_by(days=7)
        assert check(plan, clock=clock)["out", "looks: not_blocked"] == 1
        assert state_of(order) == S.VERIFIED
        clock.pass_by(hours=1)
        assert check(plan, clock=clock)["out", "orders now not_blocked"] == 1
    assert state_of(order) == S.NOT_BLOCKED
    assert [*OrderMove.objects.values_list("to", "actor", "reason")] == [
        ("verified", "system:reach", "seen from operator"),
        ("not_blocked", "system:reach", "seen from operator"),
    ]


def test_the_chain_proves_what_was_seen(
    tmp_path: Path, control: Vantage, shop: Site, clock: Time
) -> None:
    executed("shop.test", "free.test")
    with operator(tmp_path / "one", "shop.test") as resolver:
        check(plan_with(resolver, control, shop), clock=clock)
    event = AuditEvent.objects.get(action="blocks.looked")
    assert event.details["verdicts"] == {"blocked": 1, "not_blocked": 1}
    rows = BlockLook.objects.filter(audit_seq=event.seq).order_by("pk")
    assert looks_digest(rows) == event.details["looks_sha256"]
    https, http = rows[0].evidence
    assert (https["url"], https["verdict"]) == ("https://shop.test/", "site_down")
    assert http["vantage"]["failure"] == "dns_nxdomain"
    assert (http["control"]["status"], http["control"]["dns"]["addresses"]) == (200, [SITE])
    rows.filter(verdict="blocked").update(verdict="not_blocked")
    assert looks_digest(rows.all()) != event.details["looks_sha256"]
    assert audit.verify().holds


def test_what_was_seen_before_the_execution_does_not_count(
    tmp_path: Path, control: Vantage, shop: Site, clock: Time
) -> None:
    (order,) = executed("shop.test")
    with operator(tmp_path / "one", "shop.test") as resolver:
        plan = plan_with(resolver, control, shop)
        check(plan, clock=clock)
        clock.pass_by(hours=2)
        Order.objects.filter(pk=order.pk).update(changed_at=clock.now)
        check(plan, clock=clock)
        assert state_of(order) == S.EXECUTED
        clock.pass_by(hours=1)
        check(plan, clock=clock)
    assert state_of(order) == S.VERIFIED


def test_a_vantage_that_reaches_nothing_says_nothing(
    tmp_path: Path, control: Vantage, shop: Site, clock: Time
) -> None:
    (order,) = executed("shop.test")
    with operator(tmp_path / "one", "shop.test", "reference.test") as resolver:
        counted = check(plan_with(resolver, control, shop), clock=clock)
    assert counted == {
        ("in", "orders"): 1,
        ("failed", "reaches no reference: operator"): 1,
        ("skipped", "no vantage is fit"): 1,
    }
    assert said(order) == []


def test_without_a_control_that_is_fit_nothing_is_verified(
    tmp_path: Path, control: Vantage, shop: Site, clock: Time
) -> None:
    (order,) = executed("shop.test")
    with operator(tmp_path / "one", "shop.test") as resolver:
        plan = plan_with(resolver, control, shop)
        alone = replace(plan, vantages=plan.vantages[:1])
        unknown = replace(plan, vantages=(plan.vantages[0], replace(control, acknowledged=False)))
        for some in (alone, unknown):
            counted = check(some, clock=clock)
            clock.pass_by(hours=1)
    assert counted["skipped", "not acknowledged: control"] == 1
    assert said(order) == [("inconclusive", "no_control")] * 2
    assert state_of(order) == S.EXECUTED


def test_nothing_leaves_by_a_way_that_nobody_acknowledged(
    control: Vantage, shop: Site, clock: Time
) -> None:
    executed("shop.test")
    with DnsServer({"shop.test": [[SITE]], "reference.test": [[SITE]]}).running() as inside:
        here = Vantage("operator", inside.address)
        counted = check(plan_over(here, control, moved={SITE: shop.port}), clock=clock)
        assert not inside.asked
    assert counted == {
        ("skipped", "not acknowledged: operator"): 1,
        ("skipped", "no vantage stands for regulator"): 1,
    }
    assert shop.asked == []


def test_a_dead_site_is_no_block(tmp_path: Path, control: Vantage, clock: Time) -> None:
    (order,) = executed("gone.test")
    with operator(tmp_path / "one") as resolver, site() as reference:
        check(plan_with(resolver, control, reference), clock=clock)
        assert said(order) == [("inconclusive", "only_here")], "everything resolves there"
    with operator(tmp_path / "two", "gone.test") as resolver, site() as reference:
        clock.pass_by(hours=1)
        check(plan_with(resolver, control, reference), clock=clock)
    assert said(order)[1:] == [("site_down", "down_everywhere")]
    assert state_of(order) == S.EXECUTED


def test_onions_and_channels_cannot_be_seen_and_restricted_cases_are_left_alone(
    tmp_path: Path, control: Vantage, shop: Site, clock: Time
) -> None:
    onion, channel, hidden, held = executed("a.test", "b.test", "c.test", "d.test")
    type(onion.request).objects.filter(pk=onion.request_id).update(scope="onion")
    type(onion.request).objects.filter(pk=channel.request_id).update(scope="telegram", values=[])
    Case.objects.filter(pk=hidden.request.case_id).update(restricted=True)
    Case.objects.filter(pk=held.request.case_id).update(state=CaseState.ON_HOLD)
    with operator(tmp_path / "one") as resolver:
        counted = check(plan_with(resolver, control, shop), clock=clock)
    assert counted == {
        ("skipped", "onion: no operator can block it"): 1,
        ("skipped", "Telegram: its platform alone can block it"): 1,
        ("skipped", "case is on hold"): 1,
    }
    assert shop.asked == []


def test_a_vantage_stands_for_its_recipients_alone(
    tmp_path: Path, control: Vantage, shop: Site, clock: Time
) -> None:
    (one,) = executed("shop.test")
    other = order_of(one.request, export_of([one.request], 1, recipient="resolver"), S.EXECUTED)
    with operator(tmp_path / "one", "shop.test") as resolver:
        plan = plan_with(resolver, control, shop)
        here = replace(plan.vantages[0], recipients=frozenset({"resolver"}))
        plan = replace(plan, vantages=(here, control))
        counted = check(plan, clock=clock)
        assert counted["skipped", "no vantage stands for regulator"] == 1
        assert (len(said(one)), len(said(other))) == (0, 1)
        assert check(plan, recipient="regulator", clock=clock)["in", "orders"] == 0


def test_a_lifting_is_looked_for_until_the_target_is_back(
    tmp_path: Path, control: Vantage, shop: Site, clock: Time
) -> None:
    (order,) = executed("shop.test")
    put(order, S.LIFT_EXECUTED)
    with operator(tmp_path / "one", "shop.test") as resolver:
        check(plan_with(resolver, control, shop), clock=clock)
    clock.pass_by(hours=1)
    with operator(tmp_path / "two") as resolver:
        plan = plan_with(resolver, control, shop)
        check(plan, clock=clock)
        clock.pass_by(hours=5)
        assert check(plan, clock=clock) == {("skipped", "looked at lately"): 1}
        (late,) = executed("free.test", number=2)
        put(late, S.LIFT_EXECUTED)
        clock.pass_by(days=31)
        assert check(plan, clock=clock)["skipped", "lifted long ago"] == 2
    assert said(order) == [("blocked", "dns_nxdomain"), ("not_blocked", "same_page")]
    assert state_of(order) == S.LIFT_EXECUTED
    with operator(tmp_path / "three", "free.test") as resolver:
        plan = plan_with(resolver, control, shop)
        check(plan, order=late.pk, clock=clock)
        clock.pass_by(days=60)
        assert check(plan, clock=clock)["out", "looks: blocked"] == 1, "blocked until it is not"
        order_of(sent_again(late), export_of([], 9), S.SENT)
        assert check(plan, clock=clock)["skipped", "lifted and ordered anew"] == 1
    assert not Collateral.objects.exists()


def test_one_order_is_looked_at_when_asked_for(
    tmp_path: Path, control: Vantage, shop: Site, clock: Time
) -> None:
    one, two = executed("shop.test", "free.test")
    with operator(tmp_path / "one", "shop.test") as resolver:
        plan = plan_with(resolver, control, shop)
        for _ in range(2):
            assert check(plan, order=one.pk, clock=clock)["in", "orders"] == 1
        put(two, S.SENT)
        with pytest.raises(InputError, match=f"order {two.pk} is sent; looked at are"):
            check(plan, order=two.pk, clock=clock)
        with pytest.raises(InputError, match="there is no order 999"):
            check(plan, order=999, clock=clock)
    assert len(said(one)) == 2


def test_a_batch_has_a_budget_and_takes_those_first_that_were_not_seen_longest(
    tmp_path: Path, control: Vantage, shop: Site, clock: Time
) -> None:
    orders = executed("shop.test", "free.test", "innocent.test")
    with operator(tmp_path / "one") as resolver:
        plan = plan_with(resolver, control, shop)
        plan = replace(plan, bounds=replace(plan.bounds, orders=2))
        assert check(plan, clock=clock)["skipped", "over the budget of one batch"] == 1
        clock.pass_by(hours=1)
        check(plan, clock=clock)
    assert [len(said(order)) for order in orders] == [2, 1, 1]


def test_a_run_keeps_the_counts(tmp_path: Path, control: Vantage, shop: Site, clock: Time) -> None:
    executed("shop.test")
    run = new_run()
    with operator(tmp_path / "one", "shop.test") as resolver:
        counted = check(plan_with(resolver, control, shop), run=run, clock=clock)
    rows = RunCount.objects.filter(run=run, stage="reach")
    assert {(row.name, row.reason): row.n for row in rows} == counted
    assert BlockLook.objects.get().run == run
    assert Verdict(BlockLook.objects.get().verdict) is Verdict.BLOCKED


def test_a_block_by_the_name_in_the_handshake_is_seen_behind_a_redirect_that_is_left_alone(
    tmp_path: Path, control: Vantage, clock: Time
) -> None:
    (order,) = executed("shop.test")
    server, chain = certificate(tmp_path / "shop", "shop.test")
    known_inside = {"shop.test": [[WALL]], "reference.test": [[SITE]]}
    with (
        site({"shop.test": server}) as shop,
        site({"shop.test": server}) as middle,
        DnsServer(known_inside).running() as inside,
    ):
        for one in (shop, middle):
            one.answers["shop.test"] = redirect("https://shop.test/", "301 Moved Permanently")
        middle.resets.add("shop.test")
        here = Vantage("operator", inside.address, acknowledged=True)
        moved = {SITE: shop.port, WALL: middle.port}
        plan = plan_over(here, control, moved=moved, tls=trusting(chain))
        check(plan, clock=clock)
        middle.resets.clear()
        clock.pass_by(hours=1)
        check(plan, clock=clock)
    assert said(order) == [("blocked", "tls_reset"), ("not_blocked", "certified")]
    http = BlockLook.objects.earliest("pk").evidence[1]
    assert (http["verdict"], http["reason"]) == ("not_blocked", "leads_on")


def test_an_order_of_more_urls_than_one_look_takes_is_verified_when_all_were_seen(
    tmp_path: Path, control: Vantage, shop: Site, clock: Time
) -> None:
    urls = [f"http://shop.test/{number}" for number in range(3)]
    order = about(urls[0])
    order.request.values = urls
    order.request.save()
    states = []
    with operator(tmp_path / "one", "shop.test") as resolver:
        plan = plan_with(resolver, control, shop)
        plan = replace(plan, bounds=replace(plan.bounds, urls=2))
        for _ in range(4):
            check(plan, clock=clock)
            states.append(state_of(order))
            clock.pass_by(hours=1)
    looks = BlockLook.objects.filter(order=order).order_by("pk")
    seen = [[one["url"] for one in look.evidence] for look in looks]
    assert seen == [urls[:2], urls[2:]] * 2
    assert states == [S.EXECUTED] * 3 + [S.VERIFIED]
