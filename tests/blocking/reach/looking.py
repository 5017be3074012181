"""Orders to look at, and the resolver of an operator that has loaded a block zone."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from blocking.exporters.rpz import head
from blocking.models import BlockingRequest, BlockLook, Order
from blocking.reach.plan import ReachPlan, Vantage
from blocking.resolver import TrialResolver
from blocking.zonecheck import program
from cases.intake import url_hash
from cases.models import Capture, Case
from domain.orders import OrderState
from domain.states import CaseState
from tests.blocking.reach.world import SITE, Site, plan_over
from tests.records import NOON, new_case, new_run
from tests.sent import sent

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
