"""The delta of a release: added to the one before it, it gives the same as the full set."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from lxml import etree

from blocking.exporters.register_xml import NAMESPACE
from blocking.manifest import NAME, parse, verify
from blocking.models import BlockingRequest, Order
from blocking.orders import Step
from blocking.orders import move as move_orders
from blocking.plan import ExportPlan
from blocking.protection import Protection
from cases.models import Case, Person
from cases.moves import move
from domain.digests import canonical_json, sha256_hex
from domain.orders import OrderState
from domain.states import CaseState
from domain.targets import TargetKey, TargetKind
from tests.blocking.conftest import Confirmed, Opened, Time, host
from tests.blocking.house import House

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(plan: ExportPlan, protection: Protection, clock: Time, supervisor: Person) -> House:
    return House(plan, protection, clock, supervisor)


def files_of(house: House, number: int) -> Path:
    return house.plan.folder / "regulator" / str(number)


def documents(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def withdrawn(case: Case, clock: Time) -> None:
    move(case.pk, CaseState.WITHDRAWN, actor="test", reason="wrong", clock=clock)


def one_withdrawn(confirmed: Confirmed, house: House, clock: Time) -> Case:
    """Two cases are released, and one of them withdrawn, which is given."""
    gone = confirmed(host("gone.test"))
    confirmed(host("kept.test"))
    house.release(house.build().export)
    withdrawn(gone, clock)
    return gone


def test_a_first_release_has_no_delta(confirmed: Confirmed, house: House) -> None:
    confirmed(host("shop.test"))
    built = house.build()
    assert built.manifest.delta is None
    assert not [file.name for file in built.manifest.files if "delta" in file.name]


def test_what_comes_and_goes_stands_in_the_next_delta(
    confirmed: Confirmed, house: House, clock: Time
) -> None:
    gone = one_withdrawn(confirmed, house, clock)
    confirmed(host("new.test"))
    confirmed(TargetKey(TargetKind.TELEGRAM, "1234567"), ["7"], name="Shop")
    export = house.build().export
    folder = files_of(house, export.number)
    assert not verify(folder).problems
    manifest = parse((folder / NAME).read_bytes(), "x")
    assert manifest.delta is not None
    delta = manifest.delta
    assert (delta.since, delta.added, delta.changed, delta.lifted) == (1, 2, 0, 1)
    lift, *blocks = documents(folder / "delta-requests.jsonl")
    request = BlockingRequest.objects.get(case=gone)
    assert (lift["action"], lift["reason"]) == ("lift", "not_in_force")
    assert lift["lifts"] == {"id": str(request.pk), "sha256": request.sha256}
    assert lift["target"]["values"] == ["gone.test"]
    assert "approvers" not in lift["authority"], "why and by whom is the house's own"
    assert [one["target"]["scope"] for one in blocks] == ["host", "telegram"]
    rows = [*csv.DictReader((folder / "delta-register.csv").read_text("utf-8").splitlines())]
    assert {(row["action"], row["domain"]) for row in rows if row["domain"]} == {
        ("lift", "gone.test"),
        ("block", "new.test"),
    }
    assert next(r["id"] for r in rows if r["action"] == "lift") == str(request.pk)
    root = etree.parse(folder / "delta-register.xml").getroot()
    assert root.get("since") == "1"
    actions = [one.get("action") for one in root.iter(f"{{{NAMESPACE}}}content")]
    assert actions == ["lift", "block", "block"]
    assert "kept.test" not in (folder / "delta-register.csv").read_text()
    notices = json.loads((folder / "delta-telegram.json").read_text("utf-8"))
    assert [one["numeric_id"] for one in notices["notices"]] == [1234567]
    assert not (folder / "delta-block.rpz").exists()


def test_the_last_release_and_the_delta_make_the_next_one(
    confirmed: Confirmed, opened: Opened, house: House, clock: Time
) -> None:
    cases = [confirmed(host(f"shop{n}.test")) for n in range(6)]
    house.release(house.build().export)
    for case in cases[:2]:
        withdrawn(case, clock)
    confirmed(host("late.test"))
    export = house.build().export
    house.release(export)
    first, second = files_of(house, 1), files_of(house, export.number)
    there = {one["id"]: one for one in documents(first / "requests.jsonl")}
    for one in documents(second / "delta-requests.jsonl"):
        if one["action"] == "lift":
            lifted = there.pop(one["lifts"]["id"])
            assert sha256_hex(canonical_json(lifted)) == one["lifts"]["sha256"]
        else:
            there[one["id"]] = one
    assert there == {one["id"]: one for one in documents(second / "requests.jsonl")}


def test_a_lifting_is_said_again_until_it_is_answered(
    confirmed: Confirmed, house: House, clock: Time
) -> None:
    gone = one_withdrawn(confirmed, house, clock)
    house.release(house.build().export)
    assert lifted(house, 2) == ["gone.test"]
    confirmed(host("new.test"))
    house.release(house.build().export)
    assert lifted(house, 3) == ["gone.test"], "nobody has answered"
    order = Order.objects.get(request__case=gone)
    assert order.state == OrderState.LIFT_SENT
    move_orders([Step(order, OrderState.LIFT_EXECUTED)], actor="test", subject="x", clock=clock)
    confirmed(host("newer.test"))
    house.release(house.build().export)
    assert lifted(house, 4) == []


def lifted(house: House, number: int) -> list[str]:
    found = documents(files_of(house, number) / "delta-requests.jsonl")
    return [one["target"]["values"][0] for one in found if one["action"] == "lift"]


def test_what_runs_out_is_lifted_as_expired(
    confirmed: Confirmed, house: House, clock: Time
) -> None:
    confirmed(host("old.test"))
    house.release(house.build().export)
    clock.pass_by(days=89)
    confirmed(host("new.test"))
    house.release(house.build().export)
    clock.pass_by(days=2)
    folder = files_of(house, house.build().export.number)
    (lift,) = documents(folder / "delta-requests.jsonl")
    assert (lift["reason"], lift["target"]["values"]) == ("expired", ["old.test"])


def test_why_a_case_was_withdrawn_is_not_told(
    confirmed: Confirmed, house: House, clock: Time
) -> None:
    one_withdrawn(confirmed, house, clock)
    text = (files_of(house, house.build().export.number) / "delta-requests.jsonl").read_text()
    assert "not_in_force" in text
    assert "wrong" not in text
    assert "analyst1" not in text


def test_a_host_with_a_name_below_that_must_answer_is_said_anew(
    confirmed: Confirmed, opened: Opened, house: House, analyst: Person, second: Person, clock: Time
) -> None:
    confirmed(host("shop.test"))
    confirmed(host("kept.test"))
    house.release(house.build().export)
    below = opened(host("garden.shop.test"))
    move(below.pk, CaseState.DISMISSED, actor="test", reason="a garden centre", clock=clock)
    export = house.build().export
    manifest = parse((files_of(house, export.number) / NAME).read_bytes(), "x")
    assert manifest.delta is not None
    assert (manifest.delta.added, manifest.delta.changed, manifest.delta.lifted) == (0, 1, 0)
    rows = (files_of(house, export.number) / "delta-register.csv").read_text()
    assert ",domain," in rows


def test_the_same_input_gives_the_same_delta(
    confirmed: Confirmed, house: House, clock: Time
) -> None:
    one_withdrawn(confirmed, house, clock)
    first = (files_of(house, house.build().export.number) / "delta-requests.jsonl").read_bytes()
    again = house.build()
    assert again.unchanged
    folder = files_of(house, again.export.number)
    for path in folder.iterdir():
        path.unlink()
    clock.pass_by(hours=1)
    rebuilt = files_of(house, house.build().export.number) / "delta-requests.jsonl"
    assert rebuilt != folder / "delta-requests.jsonl"
    assert rebuilt.read_bytes() == first


def test_what_a_recipient_refused_leaves_its_list_and_is_lifted_if_it_blocks_after_all(
    confirmed: Confirmed, house: House, clock: Time
) -> None:
    gone = confirmed(host("gone.test"))
    confirmed(host("kept.test"))
    house.release(house.build().export)
    order = Order.objects.get(request__sort_key="gone.test")
    Order.objects.filter(pk=order.pk).update(state=OrderState.REFUSED)
    move(gone.pk, CaseState.WITHDRAWN, actor="test", reason="wrong", clock=clock)
    second = house.build()
    assert (second.manifest.delta.added, second.manifest.delta.lifted) == (0, 1)
    house.release(second.export)
    order.refresh_from_db()
    assert order.state == OrderState.REFUSED, "nobody is chased for what they never did"
    assert house.build().unchanged
    Order.objects.filter(pk=order.pk).update(state=OrderState.EXECUTED)
    third = house.build()
    assert not third.unchanged
    assert third.manifest.delta.lifted == 1
    assert house.build().unchanged, "it waits for release, and is built once"
    house.release(third.export)
    order.refresh_from_db()
    assert order.state == OrderState.LIFT_SENT
    assert house.build().unchanged
