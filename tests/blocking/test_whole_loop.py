"""The whole loop, once: two people confirm a shop, it is requested, released, signed, delivered,
blocked by an operator, verified, and let go again after an appeal. Every part is a real one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from itertools import groupby
from pathlib import Path

import pytest
from django.conf import settings as live
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from blocking import appeals
from blocking.apps import checked_export_plan
from blocking.delivery.delivering import deliver
from blocking.delivery.way import Way
from blocking.exports import build
from blocking.manifest import parse
from blocking.models import Export, Order
from blocking.plan import Bounds, ExportPlan
from blocking.reach.checking import check
from blocking.reach.plan import ReachPlan, Vantage
from blocking.receipts import receive_file
from blocking.releases import release
from blocking.requests import make_requests
from blocking.resolver import TrialResolver
from blocking.signing.cms import SigningKey
from blocking.signing.seal import Seal
from blocking.zonecheck import program
from cases import audit, proposals
from cases.models import AuditEvent, Case, Person, Proposal
from cases.people import Role, change_recipient
from config.blocking import Blocking, Recipient
from domain.clock import utc_now
from domain.orders import OrderState
from domain.states import CaseState
from domain.targets import parse_key
from domain.told import Asks
from tests.blocking.conftest import Confirmed, Time, host
from tests.blocking.delivery.sftp_server import Served, needs_sftp_server
from tests.blocking.delivery.sftp_server import serving as sftp
from tests.blocking.reach.looking import plan_with
from tests.blocking.reach.world import SITE, Site, site
from tests.blocking.signing import keys
from tests.net.authority import needs_openssl
from tests.net.dns_server import DnsServer
from tests.people import person
from tests.records import new_run
from tests.review.api.conftest import secret_of
from tests.review.api.pulling import Recipient as Client
from tests.review.api.pulling import needs_curl

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.unbound,
    pytest.mark.skipif(not program("unbound"), reason="system package missing: unbound"),
    needs_openssl,
    needs_curl,
    needs_sftp_server,
]
S = OrderState
SHOP, SIBLING, OTHER = "shop.market.test", "books.market.test", "other-shop.test"


@contextmanager
def operator(release: Path, folder: Path) -> Iterator[TrialResolver]:
    """The resolver of an operator that has loaded the zones of a release that it received."""
    folder.mkdir()
    zones = [
        ("passthru.rpz.narcowatch", release / "passthru.rpz"),
        ("rpz.narcowatch", release / "block.rpz"),
    ]
    with TrialResolver(program("unbound"), zones, folder) as unbound:
        assert unbound.problem == ""
        yield unbound


class Loop:
    """The unit that releases, at the times of one clock."""

    def __init__(self, plan: ExportPlan, way: Way, how: Seal, clock: Time) -> None:
        self.plan, self.way, self.how, self.clock = plan, way, how, clock

    def send(self, who: Person) -> Export:
        """Request, build and gate, release, sign, deliver."""
        self.clock.pass_by(minutes=1)
        protection = self.plan.protection()
        make_requests(self.plan.rules, protection, clock=self.clock)
        recipient = self.plan.recipient("operators")
        export = build(recipient, self.plan, protection, clock=self.clock).export
        assert export is not None
        self.clock.pass_by(minutes=1)
        release(export, who, self.plan, protection, clock=self.clock)
        told = deliver(self.plan, [self.way], self.how, clock=self.clock)
        assert told == {("out", "signed"): 1, ("out", "delivered"): 1}
        return export

    def answer(self, said: str, waiting: OrderState, who: Person) -> None:
        """The recipient's receipt for all that waits for it."""
        self.clock.pass_by(minutes=1)
        rows = Order.objects.filter(state=waiting)
        at = self.clock().isoformat()
        lines = "".join(f"{order.request_id},{said},{at}\n" for order in rows)
        data = f"id,answer,at\n{lines}".encode()
        receive_file(
            "operators", data, who, name="a.csv", bounds=Bounds(), zone=UTC, clock=self.clock
        )


@pytest.fixture
def shops() -> Iterator[Site]:
    with site() as found:
        yield found


@pytest.fixture
def control() -> Iterator[Vantage]:
    names = (SHOP, SIBLING, OTHER, "reference.test")
    with DnsServer({name: [[SITE]] for name in names}).running() as server:
        yield Vantage("control", server.address, control=True, acknowledged=True)


def verified_export(folder: Path, root: Path) -> str:
    """What a recipient's `verify-export` says, which needs no record."""
    asked = ["verify-export", str(folder), "--signed-by", str(root)]
    command = [sys.executable, "-m", "nightly.cli", *asked]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def order_of(name: str) -> Order:
    return Order.objects.get(request__sort_key=name)


@pytest.fixture
def plan(clock: Time, settings: Settings, tmp_path: Path) -> ExportPlan:
    """That of settings, by which the API serves releases, too; at the time that it is."""
    clock.now = utc_now()
    (tmp_path / "var").mkdir()
    recipients = (Recipient(name="operators", formats=("json", "csv", "rpz")),)
    update = {"data_dir": tmp_path / "var", "blocking": Blocking(recipients=recipients)}
    settings.NARCOWATCH = live.NARCOWATCH.model_copy(update=update)
    return checked_export_plan(settings.NARCOWATCH)


@pytest.fixture
def regulator(db: None) -> Person:
    somebody = person("regulator1", Role.REGULATOR)
    change_recipient(somebody, "operators", actor="test")
    return somebody


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[Served]:
    with sftp(tmp_path / "sftp") as server:
        yield server


def test_a_shop_is_blocked_and_verified_and_let_go_after_an_appeal(
    confirmed: Confirmed, plan: ExportPlan, supervisor: Person, regulator: Person, clock: Time,
    inbox: Served, live_server: LiveServer, shops: Site, control: Vantage, tmp_path: Path,
) -> None:  # fmt: skip
    made = keys.make(tmp_path / "keys")
    way = Way(
        "operators-sftp", "operators", inbox.to,
        key_file=inbox.key_file, known_hosts=inbox.known_hosts, timeout_s=30,
    )  # fmt: skip
    how = Seal(SigningKey.from_pem(made.both.read_bytes(), "key").sign)
    loop = Loop(plan, way, how, clock)
    client = Client(live_server.url, secret_of(regulator), {}, tmp_path / "operators1", made.ca)

    shop, _ = confirmed(host(SHOP)), confirmed(host(OTHER))
    loop.send(supervisor)
    arrived_twice(inbox.folder / "1", client, made.ca)
    with operator(inbox.folder / "1", tmp_path / "unbound1") as unbound:
        assert unbound.is_blocked(SHOP)
        assert not unbound.is_blocked(SIBLING)
        loop.answer("executed", S.SENT, regulator)
        verified(loop, plan_with(f"127.0.0.1:{unbound.port}", control, shops))

    lifted_after_an_appeal(shop, supervisor, clock)
    asked_to_lift(loop.send(supervisor), client)
    verified_export(inbox.folder / "2", made.ca)
    with operator(inbox.folder / "2", tmp_path / "unbound2") as unbound:
        assert not unbound.is_blocked(SHOP)
        assert unbound.is_blocked(OTHER)
        loop.answer("lifted", S.LIFT_SENT, regulator)
        assert order_of(SHOP).state == S.LIFT_EXECUTED
        clock.pass_by(hours=2)
        check(plan_with(f"127.0.0.1:{unbound.port}", control, shops), clock=clock)

    assert audit.verify().holds
    assert story()[4:] == [
        "case.assessed", "case.in_review", "decision.confirm", "case.confirmed",
        "case.requested", "export.built", "export.released", "export.signed", "export.delivered",
        "export.downloaded", "export.pulled", "export.downloaded",
        "orders.moved", "receipt.received", "blocks.looked", "orders.moved",
        "appeal.received", "proposal.opened", "appeal.upheld", "proposal.accepted", "case.lifted",
        "export.built", "orders.moved", "export.released", "export.signed", "export.delivered",
        "export.downloaded", "export.pulled", "export.downloaded",
        "orders.moved", "receipt.received", "blocks.looked",
    ]  # fmt: skip


def arrived_twice(arrived: Path, client: Client, root: Path) -> None:
    """By SFTP and by pull: the same files, which the recipient verifies."""
    assert "signed by CN=Releases" in verified_export(arrived, root)
    pulled = client.pull("full")
    assert pulled.returncode == 0, pulled.stderr
    for path in arrived.iterdir():
        assert (client.folder / "had" / "1" / path.name).read_bytes() == path.read_bytes()


def verified(loop: Loop, reach: ReachPlan) -> None:
    """One look verifies nothing, a second an hour later does."""
    assert order_of(SHOP).state == S.EXECUTED
    loop.clock.pass_by(minutes=5)
    check(reach, clock=loop.clock)
    assert order_of(SHOP).state == S.EXECUTED
    loop.clock.pass_by(hours=1)
    check(reach, clock=loop.clock)
    assert (order_of(SHOP).state, order_of(OTHER).state) == (S.VERIFIED, S.VERIFIED)


def lifted_after_an_appeal(shop: Case, supervisor: Person, clock: Time) -> None:
    """Somebody appeals; who decided nothing upholds it, and another lifts the block."""
    about = parse_key(f"host:{SHOP}")
    filed = appeals.Filed("appeal/1", clock(), SHOP, Asks.LIFT, "It moved out.", "", about)
    assert appeals.take(new_run(), filed, days=15, clock=clock)
    (appeal,) = shop.appeals.all()
    appeals.decide(appeal.pk, supervisor, uphold=True, reason="It did.", clock=clock)
    other = person("supervisor2", Role.SUPERVISOR)
    proposals.decide(Proposal.objects.get().pk, other, accept=True, reason="", clock=clock)
    assert Case.objects.get(pk=shop.pk).state == CaseState.LIFTED


def asked_to_lift(export: Export, client: Client) -> None:
    """The delta asks for it under the id that the block was asked for."""
    delta = parse(export.manifest.encode(), "manifest").delta
    assert delta is not None
    assert (delta.since, delta.added, delta.lifted) == (1, 0, 1)
    assert order_of(SHOP).state == S.LIFT_SENT
    pulled = client.pull("delta")
    assert pulled.returncode == 0, pulled.stderr
    (lift,) = client.documents("2/delta-requests.jsonl")
    assert (lift["action"], lift["lifts"]["id"]) == ("lift", str(order_of(SHOP).request_id))


def story() -> list[str]:
    """What the chain tells of all but people and tokens; what happened several times in a
    row once."""
    rows = AuditEvent.objects.exclude(subject__startswith="person:").order_by("seq")
    actions = (action for action in rows.values_list("action", flat=True) if "token" not in action)
    return [action for action, _ in groupby(actions)]
