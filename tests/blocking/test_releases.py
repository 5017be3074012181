from __future__ import annotations

from dataclasses import replace

import pytest

from blocking.models import Export, Order
from blocking.plan import ExportPlan
from blocking.protection import Protection
from blocking.releases import find
from blocking.states import ExportState
from cases import audit
from cases.decisions import Verdict, decide
from cases.models import AuditEvent, Person
from cases.moves import move
from cases.people import Role, add_person
from domain.decisions import Jurisdiction, VerdictKind
from domain.errors import AccessError, GateError, InputError, RuleError
from domain.orders import OrderState
from domain.states import CaseState
from tests.blocking.conftest import PASSWORD, Confirmed, Opened, Time, host
from tests.blocking.house import House

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(plan: ExportPlan, protection: Protection, clock: Time, supervisor: Person) -> House:
    return House(plan, protection, clock, supervisor)


def test_a_supervisor_releases_and_orders_are_sent(
    confirmed: Confirmed, house: House, plan: ExportPlan
) -> None:
    confirmed(host("shop.test"))
    export = house.build().export
    assert not Order.objects.exists(), "nothing is sent before a person releases it"
    done = house.release(export)
    assert (done.sent, done.lifted) == (1, 0)
    assert house.orders() == {"shop.test": OrderState.SENT}
    export.refresh_from_db()
    assert (export.state, export.released_by.username) == (ExportState.RELEASED, "supervisor1")
    assert (plan.folder / "regulator" / "current").resolve().name == "1"
    event = AuditEvent.objects.get(action="export.released")
    assert (event.actor, event.details["sent"]) == ("supervisor1", 1)
    assert audit.verify().holds


def test_nobody_else_may(confirmed: Confirmed, house: House, analyst: Person) -> None:
    confirmed(host("shop.test"))
    export = house.build().export
    with pytest.raises(AccessError, match="analyst1 may not release exports"):
        house.release(export, analyst)
    assert Export.objects.get().state == ExportState.BUILT
    assert not Order.objects.exists()


def test_nobody_releases_what_they_confirmed(
    confirmed: Confirmed,
    opened: Opened,
    house: House,
    supervisor: Person,
    second: Person,
    clock: Time,
) -> None:
    other = add_person("supervisor2", PASSWORD, Role.SUPERVISOR, actor="test")
    confirmed(host("first.test"))
    house.release(house.build().export)
    case = opened(host("second.test"))
    for person in (supervisor, second):
        clock.pass_by(minutes=1)
        verdict = Verdict(VerdictKind.CONFIRM, "", Jurisdiction.SELLS_IN)
        decide(case.pk, person, verdict, clock=clock)
    export = house.build().export
    with pytest.raises(GateError) as refused:
        house.release(export)
    assert refused.value.findings == (
        f"host:second.test: supervisor1 confirmed case {case.pk}: another person must release it "
        "[own_decision]",
    )
    house.release(export, other)
    confirmed(host("third.test"))
    assert house.release(house.build().export).sent == 1, "of what was released before nobody asks"


def test_a_release_happens_once(confirmed: Confirmed, house: House) -> None:
    confirmed(host("shop.test"))
    export = house.build().export
    house.release(export)
    with pytest.raises(RuleError, match="does not wait for release"):
        house.release(export)
    assert Order.objects.count() == 1


def test_a_release_killed_before_it_came_into_force_is_mended_by_asking_again(
    confirmed: Confirmed, house: House, plan: ExportPlan
) -> None:
    confirmed(host("shop.test"))
    house.release(house.build().export)
    confirmed(host("other.test"))
    second = house.build().export
    house.release(second)
    current = plan.folder / "regulator" / "current"
    current.unlink()
    current.symlink_to("1")
    with pytest.raises(RuleError, match="is released"):
        house.release(second)
    assert current.readlink().name == "2"


def test_a_refused_export_cannot_be_released(house: House) -> None:
    with pytest.raises(GateError):
        house.build()
    with pytest.raises(RuleError, match="does not wait for release"):
        house.release(Export.objects.get())


def test_what_changed_since_the_build_keeps_it_in_the_house(
    confirmed: Confirmed, house: House
) -> None:
    case = confirmed(host("shop.test"))
    confirmed(host("other.test"))
    export = house.build().export
    move(case.pk, CaseState.WITHDRAWN, actor="supervisor1", reason="mistake")
    with pytest.raises(GateError, match=r"host:shop\.test: its case \d+ does not stand requested"):
        house.release(export)
    assert Export.objects.get().state == ExportState.BUILT
    assert not Order.objects.exists()
    refused = AuditEvent.objects.get(action="export.release_refused")
    assert refused.actor == "supervisor1"


def test_a_hold_below_a_built_wildcard_keeps_it_in_the_house(
    confirmed: Confirmed, opened: Opened, house: House
) -> None:
    confirmed(host("shop.test"))
    export = house.build().export
    below = opened(host("forum.shop.test"))
    move(below.pk, CaseState.ON_HOLD, actor="supervisor1", reason="investigation")
    with pytest.raises(GateError, match=r"would block forum\.shop\.test too"):
        house.release(export)
    rebuilt = house.build()
    assert not rebuilt.unchanged
    house.release(rebuilt.export)


def test_files_touched_after_the_build_keep_it_in_the_house(
    confirmed: Confirmed, house: House, plan: ExportPlan
) -> None:
    confirmed(host("shop.test"))
    export = house.build().export
    with (plan.folder / export.folder / "block.rpz").open("a") as stream:
        stream.write("kaspi.kz CNAME .\n")
    with pytest.raises(GateError, match=r"block\.rpz has \d+ bytes"):
        house.release(export)


def test_a_forged_manifest_keeps_it_in_the_house(
    confirmed: Confirmed, house: House, plan: ExportPlan
) -> None:
    confirmed(host("shop.test"))
    export = house.build().export
    path = plan.folder / export.folder / "manifest.json"
    path.write_bytes(path.read_bytes().replace(b'"entries":1', b'"entries":2'))
    with pytest.raises(GateError, match="not the one that was built"):
        house.release(export)


def test_an_export_overtaken_by_another_must_be_built_again(
    confirmed: Confirmed, house: House
) -> None:
    confirmed(host("shop.test"))
    first = house.build().export
    confirmed(host("second.test"))
    second = house.build().export
    house.release(second)
    with pytest.raises(GateError, match="release 2 is in force: build it again"):
        house.release(first)


def test_stricter_limits_count_at_release(confirmed: Confirmed, house: House) -> None:
    confirmed(host("shop.test"))
    export = house.build().export
    house.plan = replace(house.plan, limits=replace(house.plan.limits, canaries=("shop.test",)))
    with pytest.raises(GateError, match="would block the canary"):
        house.release(export)


def test_what_leaves_the_list_is_sent_for_lifting_and_sent_anew_when_it_returns(
    confirmed: Confirmed, house: House
) -> None:
    confirmed(host("kept.test"))
    case = confirmed(host("shop.test"))
    house.release(house.build().export)
    Order.objects.filter(request__case=case).update(state=OrderState.EXECUTED)
    move(case.pk, CaseState.UNREACHABLE, actor="x", reason="down")
    assert house.build().unchanged
    move(case.pk, CaseState.REQUESTED, actor="x", reason="up")
    case.restricted = True
    case.save()
    done = house.release(house.build().export)
    assert (done.sent, done.lifted) == (0, 1)
    assert house.orders() == {"kept.test": OrderState.SENT, "shop.test": OrderState.LIFT_SENT}
    case.restricted = False
    case.save()
    done = house.release(house.build().export)
    assert (done.sent, done.sent_again, done.lifted) == (0, 1, 0)
    assert set(house.orders().values()) == {OrderState.SENT}


def test_what_a_recipient_refused_is_not_sent_for_lifting(
    confirmed: Confirmed, house: House
) -> None:
    confirmed(host("kept.test"))
    case = confirmed(host("shop.test"))
    house.release(house.build().export)
    Order.objects.filter(request__case=case).update(state=OrderState.REFUSED)
    move(case.pk, CaseState.WITHDRAWN, actor="supervisor1", reason="mistake")
    assert house.release(house.build().export).lifted == 0
    assert house.orders()["shop.test"] == OrderState.REFUSED


@pytest.mark.parametrize("name", ["", "1", "regulator/2", "regulator/x", "other/1", "regulator/-1"])
def test_an_export_that_is_none_is_said_to_be_none(
    confirmed: Confirmed, house: House, name: str
) -> None:
    confirmed(host("shop.test"))
    built = house.build()
    assert find("regulator/1") == built.export
    with pytest.raises(InputError, match="there is no export"):
        find(name)
