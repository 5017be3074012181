"""Deliveries as rows: each release goes once by each way, is tried until it has arrived, and gives
way to a newer one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from blocking.delivery.delivering import deliver, wait_after
from blocking.delivery.way import Way
from blocking.manifest import NAME, SIGNATURE, verify
from blocking.models import Delivery, Export
from blocking.plan import ExportPlan
from blocking.signing.cms import SigningKey
from blocking.signing.seal import Seal
from cases import audit
from cases.models import AuditEvent
from domain.errors import TransportError
from tests.blocking.conftest import Confirmed, Time, host
from tests.blocking.delivery.keys import CmsKeys
from tests.blocking.house import House
from tests.blocking.signing import keys
from tests.net.authority import needs_openssl

pytestmark = [pytest.mark.django_db, needs_openssl]
ARRIVED = {("out", "delivered"): 1}


@pytest.fixture
def way(tmp_path: Path) -> Way:
    (tmp_path / "inbox").mkdir()
    return Way("main", "regulator", f"file://{tmp_path / 'inbox'}")


@pytest.fixture
def nowhere(way: Way) -> Way:
    return replace(way, to=f"{way.to}/none")


def told(action: str) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action=action))


def test_a_release_goes_once_and_the_chain_tells_of_it(
    released: Export, plan: ExportPlan, way: Way, clock: Time, tmp_path: Path
) -> None:
    assert deliver(plan, [way], None, clock=clock) == ARRIVED
    assert verify(tmp_path / "inbox" / "1").problems == ()
    row = Delivery.objects.get()
    assert (row.state, row.attempts, row.delivered_at) == ("delivered", 1, clock.now)
    assert deliver(plan, [way], None, clock=clock) == {}
    (event,) = told("export.delivered")
    assert event.subject == "export:regulator/1"
    assert event.details["manifest_sha256"] == released.manifest_sha256
    assert event.details["way"] == "main"
    assert audit.verify().holds


def test_nothing_goes_that_nobody_released(
    confirmed: Confirmed, house: House, way: Way, clock: Time, tmp_path: Path
) -> None:
    confirmed(host("shop.test"))
    house.build()
    assert deliver(house.plan, [way], None, clock=clock) == {}
    assert list((tmp_path / "inbox").iterdir()) == []
    assert not Delivery.objects.exists()


def test_what_fails_is_tried_again_after_twice_the_time(
    released: Export, plan: ExportPlan, way: Way, nowhere: Way, clock: Time
) -> None:
    assert deliver(plan, [nowhere], None, clock=clock) == {("failed", "no_folder"): 1}
    row = Delivery.objects.get()
    assert (row.state, row.problem, row.attempts) == ("waiting", "no_folder", 1)
    assert "none is no folder" in row.message
    waits = {("skipped", "waits for its next attempt"): 1}
    assert deliver(plan, [way], None, clock=clock) == waits
    clock.pass_by(minutes=1)
    assert deliver(plan, [nowhere], None, clock=clock) == {("failed", "no_folder"): 1}
    clock.pass_by(minutes=1)
    assert deliver(plan, [way], None, clock=clock) == waits
    assert deliver(plan, [way], None, at_once=True, clock=clock) == ARRIVED
    row.refresh_from_db()
    assert (row.state, row.problem, row.message, row.attempts) == ("delivered", "", "", 3)
    assert row.to == way.to


def test_waits_grow_to_six_hours_and_no_further() -> None:
    waits = [wait_after(attempts) for attempts in range(1, 200)]
    assert waits[:4] == [timedelta(minutes=n) for n in (1, 2, 4, 8)]
    assert waits == sorted(waits)
    assert waits[-1] == timedelta(hours=6)


def test_an_older_release_does_not_arrive_after_a_newer_one(
    released: Export, house: House, confirmed: Confirmed, nowhere: Way, way: Way, clock: Time,
    tmp_path: Path,
) -> None:  # fmt: skip
    deliver(house.plan, [nowhere], None, clock=clock)
    confirmed(host("other.test"))
    house.release(house.build().export)
    counted = deliver(house.plan, [way], None, clock=clock)
    assert counted == {**ARRIVED, ("skipped", "superseded by a newer release"): 1}
    assert [path.name for path in (tmp_path / "inbox").iterdir()] == ["2"]
    states = Delivery.objects.order_by("export__number").values_list("state", flat=True)
    assert list(states) == ["superseded", "delivered"]
    (event,) = told("export.delivery_superseded")
    assert event.subject == "export:regulator/1"


def test_each_way_has_its_own_row_and_one_that_is_down_does_not_stop_the_other(
    released: Export, plan: ExportPlan, way: Way, nowhere: Way, clock: Time
) -> None:
    ways = [replace(nowhere, name="first"), way]
    assert deliver(plan, ways, None, clock=clock) == {**ARRIVED, ("failed", "no_folder"): 1}
    assert deliver(plan, [way], None, at_once=True, clock=clock) == {
        ("skipped", "not in the settings any more"): 1
    }


def test_files_that_are_not_those_released_stay_in_the_house(
    released: Export, plan: ExportPlan, way: Way, clock: Time, folder: Path, tmp_path: Path
) -> None:
    path = folder / "domains.txt"
    path.write_bytes(path.read_bytes() + b"bank.test\n")
    assert deliver(plan, [way], None, clock=clock) == {("failed", "files"): 1}
    assert list((tmp_path / "inbox").iterdir()) == []
    assert "domains.txt has" in Delivery.objects.get().message


def test_it_is_signed_before_it_goes_and_stays_while_it_cannot_be(
    released: Export, plan: ExportPlan, way: Way, clock: Time, tmp_path: Path
) -> None:
    def down(data: bytes) -> bytes:
        raise TransportError("the signing service is down", reason="connection")

    assert deliver(plan, [way], Seal(down), clock=clock) == {
        ("failed", "not signed"): 1,
        ("failed", "signing"): 1,
    }
    assert list((tmp_path / "inbox").iterdir()) == []
    made = keys.make(tmp_path / "keys")
    sign = SigningKey.from_pem(made.both.read_bytes(), "key").sign
    assert deliver(plan, [], Seal(sign), clock=clock) == {
        ("out", "signed"): 1,
        ("skipped", "not in the settings any more"): 1,
    }, "whoever fetches it gets the signature, too"
    assert deliver(plan, [way], Seal(sign), at_once=True, clock=clock) == ARRIVED
    assert (tmp_path / "inbox" / "1" / SIGNATURE).is_file()


def test_a_key_that_cannot_be_used_is_a_matter_of_settings(
    released: Export, plan: ExportPlan, way: Way, clock: Time, tmp_path: Path, cms: CmsKeys
) -> None:
    (tmp_path / "key").write_text("no key")
    wrong = replace(way, encryption_key=tmp_path / "key")
    assert deliver(plan, [wrong], None, clock=clock) == {("failed", "settings"): 1}
    assert list((tmp_path / "inbox").iterdir()) == []


def test_a_delivery_that_was_killed_is_made_good_by_the_next(
    released: Export, plan: ExportPlan, way: Way, clock: Time, tmp_path: Path, folder: Path
) -> None:
    """A process is killed while it copies: what it left is no export, and the next finishes."""
    os.mkfifo(tmp_path / "slow")
    program = (
        "from pathlib import Path;from blocking.delivery.directory import Directory;"
        "import sys;shelf=Directory(Path(sys.argv[1]));shelf.make_folder('.1.partial');"
        "shelf.put(Path(sys.argv[2]),'.1.partial/domains.txt');print('copied',flush=True);"
        "shelf.put(Path(sys.argv[3]),'.1.partial/block.rpz')"
    )
    paths = (way.to.removeprefix("file://"), str(folder / "domains.txt"), str(tmp_path / "slow"))
    with subprocess.Popen(
        [sys.executable, "-c", program, *paths], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "copied\n"
        child.send_signal(signal.SIGKILL)
    assert not (tmp_path / "inbox" / "1").exists()
    assert deliver(plan, [way], None, clock=clock) == ARRIVED
    assert [path.name for path in (tmp_path / "inbox").iterdir()] == ["1"]
    assert (tmp_path / "inbox" / "1" / NAME).is_file()
