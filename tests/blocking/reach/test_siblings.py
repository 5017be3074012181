"""Innocent neighbours that fall with a block are found, and those meant are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from blocking.models import Collateral
from blocking.reach.checking import check
from blocking.reach.plan import Vantage
from blocking.reach.targets import Tie
from blocking.zonecheck import program
from cases.models import AuditEvent
from domain.orders import OrderState
from domain.states import CaseState
from tests.blocking.conftest import Time
from tests.blocking.reach.looking import (
    about,
    executed,
    fetched,
    known,
    operator,
    plan_with,
    said,
)
from tests.blocking.reach.world import BLOCKED, SITE, WALL, Site, plan_over, site
from tests.net.dns_server import DnsServer

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.unbound,
    pytest.mark.skipif(not program("unbound"), reason="system package missing: unbound"),
]
S = OrderState


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
