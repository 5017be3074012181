"""Batches of looks over a record, at a real Unbound with block zones and at servers on loopback."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from blocking.exporters.rpz import head
from blocking.models import BlockingRequest, BlockLook, Collateral, Order, OrderMove
from blocking.reach.checking import check
from blocking.reach.plan import ReachPlan, Vantage
from blocking.reach.recording import looks_digest
from blocking.reach.targets import Tie
from blocking.reach.verdicts import Verdict
from blocking.resolver import TrialResolver
from blocking.zonecheck import program
from cases import audit
from cases.intake import url_hash
from cases.models import AuditEvent, Capture, Case, RunCount
from domain.errors import InputError
from domain.orders import OrderState
from domain.states import CaseState
from tests.blocking.conftest import Time
from tests.blocking.reach.world import BLOCKED, SITE, WALL, Site, plan_over, site
from tests.net.dns_server import DnsServer
from tests.records import NOON, new_case, new_run
from tests.sent import export_of, order_of, sent

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.unbound,
    pytest.mark.skipif(not program("unbound"), reason="system package missing: unbound"),
]
S = OrderState
RPZ = "rpz.narcowatch"


@contextmanager
def operator(folder: Path, *blocked: str) -> Iterator[str]:
    """The resolver of an operator that has loaded a zone: Unbound, at an address."""
    folder.mkdir()
    zone = folder / "block.rpz"
    zone.write_text(
        head(RPZ, 1) + "".join(f"{name} CNAME .\n*.{name} CNAME .\n" for name in blocked)
    )
    (folder / "run").mkdir()
    zones = [(RPZ, zone)] if blocked else []
    with TrialResolver(program("unbound"), zones, folder / "run") as unbound:
        assert unbound.problem == ""
        yield f"127.0.0.1:{unbound.port}"


@pytest.fixture
def control() -> Iterator[Vantage]:
    names = ("reference", "shop", "a.market", "b.market", "market", "innocent", "forum", "free")
    known = {f"{name}.test": [[SITE]] for name in names}
    with DnsServer(known).running() as server:
        yield Vantage("control", server.address, control=True, acknowledged=True)


@pytest.fixture
def shop() -> Iterator[Site]:
    with site() as found:
        yield found


def plan_with(resolver: str, control: Vantage, shop: Site, **moved: int) -> ReachPlan:
    here = Vantage("operator", resolver, acknowledged=True)
    return plan_over(here, control, moved={SITE: shop.port, **moved})


def executed(*hosts: str, number: int = 1) -> list[Order]:
    orders = sent(*hosts, number=number)
    for order in orders:
        put(order, S.EXECUTED)
    return orders


def put(order: Order, state: OrderState) -> None:
    Order.objects.filter(pk=order.pk).update(state=state)


def state_of(order: Order) -> str:
    return Order.objects.get(pk=order.pk).state


def said(order: Order) -> list[tuple[str, str]]:
    rows = BlockLook.objects.filter(order=order).order_by("pk")
    return [*rows.values_list("verdict", "reason")]


def about(url: str) -> Order:
    """An executed order that blocks one URL."""
    (order,) = executed(url.split("/")[2])
    request = order.request
    request.scope, request.values, request.sort_key = "url", [url], url
    request.save()
    return order


def known(host: str, *paths: str, state: CaseState = CaseState.NEW) -> Case:
    """A case of a host of which pages were fetched."""
    case = new_case(f"host:{host}")
    Case.objects.filter(pk=case.pk).update(state=state)
    fetched(case, *(f"http://{host}{path}" for path in paths))
    return case


def fetched(case: Case, *urls: str) -> None:
    for url in urls:
        Capture.objects.create(
            run=new_run(), target=case.target, url=url, url_hash=url_hash(url), outcome="ok",
            egress="direct", status=200, retention="pages", fetched_at=NOON,
        )  # fmt: skip


def sent_again(order: Order) -> BlockingRequest:
    """The request for the same target in another round of review."""
    request = BlockingRequest.objects.get(pk=order.request_id)
    request.pk, request.review_round = uuid.uuid4(), request.review_round + 1
    request.save(force_insert=True)
    return request


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


def test_neighbours_that_fall_with_a_block_are_found(
    tmp_path: Path, control: Vantage, shop: Site, clock: Time
) -> None:
    (order,) = executed("a.market.test")
    known("b.market.test", "/")
    known("innocent.test", "/")
    known("free.test", "/")
    known("forum.test", "/", state=CaseState.ON_HOLD)
    blocked = ("market.test", "innocent.test", "forum.test")
    with operator(tmp_path / "one", *blocked) as resolver:
        counted = check(plan_with(resolver, control, shop), clock=clock)
    assert counted["failed", "neighbours hit by a block"] == 2
    hits = Collateral.objects.filter(look__order=order).order_by("sibling")
    assert [(hit.sibling, hit.tie, hit.reason) for hit in hits] == [
        ("b.market.test", Tie.DOMAIN, "dns_nxdomain"),
        ("innocent.test", Tie.ADDRESS, "dns_nxdomain"),
    ]
    assert AuditEvent.objects.get(action="blocks.looked").details["collateral"] == 2
    assert ("forum.test", "/") not in shop.asked, "a case on hold is left alone"


def test_neighbours_that_were_ordered_too_or_fall_by_design_are_none(
    tmp_path: Path, control: Vantage, shop: Site, clock: Time
) -> None:
    (wide, _) = executed("market.test", "innocent.test")
    known("b.market.test", "/")
    known("innocent.test", "/")
    assert wide.request.values == ["market.test"]
    with operator(tmp_path / "one", "market.test", "innocent.test") as resolver:
        counted = check(plan_with(resolver, control, shop), clock=clock)
    assert counted["out", "looks: blocked"] == 2
    assert not Collateral.objects.exists()


def test_a_block_of_a_whole_host_hits_the_other_pages_of_a_url(
    tmp_path: Path, control: Vantage, clock: Time
) -> None:
    order = about("http://forum.test/t/1")
    fetched(order.request.case, "http://forum.test/t/1", "http://forum.test/t/2")
    with (
        site() as forum,
        site() as wall,
        DnsServer({"forum.test": [[WALL]], "reference.test": [[SITE]]}).running() as inside,
    ):
        wall.answers["forum.test"] = BLOCKED
        here = Vantage("operator", inside.address, acknowledged=True)
        plan = plan_over(here, control, moved={SITE: forum.port, WALL: wall.port})
        counted = check(plan, clock=clock)
    assert counted["out", "looks: blocked"] == 1
    assert said(order) == [("blocked", "known_page")]
    hit = Collateral.objects.get()
    assert (hit.sibling, hit.tie) == ("http://forum.test/t/2", Tie.HOST)
    assert [path for host, path in forum.asked if host == "forum.test"] == ["/t/1", "/t/2"]


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
