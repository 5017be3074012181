"""The last entry of a list can be lifted, and nothing else empties a list."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from blocking.entries import Scope
from blocking.exports import Built, build
from blocking.filechecks import schema_findings
from blocking.manifest import verify
from blocking.models import Export, Order
from blocking.plan import ExportPlan
from blocking.protection import Protection
from blocking.resolver import TrialResolver
from blocking.zonecheck import program
from cases.models import Case, Person
from cases.moves import move
from domain.errors import GateError
from domain.orders import OrderState
from domain.states import CaseState
from domain.targets import TargetKey, TargetKind
from tests.blocking.conftest import Confirmed, Time, host
from tests.blocking.house import House

pytestmark = pytest.mark.django_db
FORMATS = ("json", "csv", "xml", "rpz", "domains", "hosts", "adblock", "urls", "telegram", "stix",
           "misp", "xarf")  # fmt: skip


@pytest.fixture
def house(plan: ExportPlan, protection: Protection, clock: Time, supervisor: Person) -> House:
    everything = replace(plan.recipients[0], formats=FORMATS)
    return House(replace(plan, recipients=(everything,)), protection, clock, supervisor)


def lifted(case: Case, clock: Time) -> None:
    clock.pass_by(minutes=1)
    move(case.pk, CaseState.LIFTED, actor="supervisor1", reason="gone", clock=clock)


def names(built: Built) -> dict[str, int]:
    return {file.name: file.records for file in built.manifest.files}


def released(house: House, built: Built) -> Export:
    assert built.export is not None
    return house.release(built.export).export


def test_the_last_entry_is_lifted_with_files_that_hold_nothing(
    confirmed: Confirmed, house: House, clock: Time, tmp_path: Path
) -> None:
    case = confirmed(host("shop.test"))
    first = house.build()
    released(house, first)
    lifted(case, clock)
    built = house.build()
    full = {name for name in names(first) if not name.startswith("delta-")}
    assert {name for name in names(built) if not name.startswith("delta-")} == full
    export = released(house, built)
    assert Order.objects.get().state == OrderState.LIFT_SENT
    folder = house.plan.folder / export.folder
    assert verify(folder).problems == ()
    (lift,) = (folder / "delta-requests.jsonl").read_text("utf-8").splitlines()
    assert json.loads(lift)["action"] == "lift"
    assert (folder / "requests.jsonl").read_bytes() == b""
    assert (folder / "register.csv").read_bytes().count(b"\r\n") == 1
    assert len(etree.parse(folder / "register.xml").getroot()) == 0
    assert [*schema_findings(folder / "register.xml")] == []
    assert json.loads((folder / "bundle.stix.json").read_text("utf-8"))["type"] == "bundle"
    assert json.loads((folder / "event.misp.json").read_text("utf-8"))["Event"]["Attribute"] == []
    if unbound := program("unbound"):
        zones = [
            ("passthru.rpz.narcowatch", folder / "passthru.rpz"),
            ("rpz.narcowatch", folder / "block.rpz"),
        ]
        (tmp_path / "run").mkdir()
        with TrialResolver(unbound, zones, tmp_path / "run") as resolver:
            assert resolver.problem == ""
            assert not resolver.is_blocked("shop.test")
    assert house.build().unchanged, "an empty list is built once"


def test_the_last_entry_of_one_list_is_lifted_while_others_stay(
    confirmed: Confirmed, house: House, clock: Time
) -> None:
    case = confirmed(host("shop.test"))
    confirmed(TargetKey(TargetKind.TELEGRAM, "@sklad_kz"), ("5",))
    released(house, house.build())
    lifted(case, clock)
    built = house.build()
    assert (names(built)["block.rpz"], names(built)["telegram.json"]) == (0, 1)
    released(house, built)


def test_what_is_left_out_by_settings_alone_empties_no_list(
    confirmed: Confirmed, house: House, protection: Protection, clock: Time
) -> None:
    confirmed(host("shop.test"))
    confirmed(TargetKey(TargetKind.TELEGRAM, "@sklad_kz"), ("5",))
    released(house, house.build())
    fewer = replace(house.plan.recipients[0], scopes=frozenset({Scope.TELEGRAM}))
    with pytest.raises(GateError, match=r"block\.rpz: would be empty, release 1 has 1 entries"):
        build(fewer, house.plan, protection, clock=clock)
    none = replace(house.plan.recipients[0], scopes=frozenset({Scope.URL}))
    with pytest.raises(GateError, match="empty list would unblock everything"):
        build(none, house.plan, protection, clock=clock)
