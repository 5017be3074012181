"""``narcowatch channels listen`` as an operator runs it: killed, stopped, and beside a night."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest

from channels.accounts.holding import NIGHT, held
from channels.process import EXIT_DONE
from tests.channels.mtproto.conftest import double
from tests.channels.mtproto.test_account_process import POSTS, WAIT_S, Place, place, server
from tests.world.mtproto.directory import Chat
from tests.world.mtproto.faults import RpcFault

__all__ = ["double", "place", "server"]
_REVIEW = """
import django, sys
django.setup()
from cases.models import Target
from cases.moves import move
from domain.states import CaseState
for value in sys.argv[1:]:
    case = Target.objects.get(value=value).case
    for state in (CaseState.ASSESSED, CaseState.IN_REVIEW):
        move(case.pk, state, actor="test", reason="set up")
"""


class Office:
    """A place where a night has read ``closed_0`` as account *one*, and its case is in review."""

    def __init__(self, place: Place) -> None:
        self.place, self.double = place, place.double
        self.chat: Chat = place.double.directory.chats[2_000]
        self.shown = place.folder / "shown.txt"
        place.enlist("one")
        self.night = place.begin("closed_0")
        assert place.start(self.night).wait(WAIT_S) == EXIT_DONE
        place.python(_REVIEW, "2000")

    def listen(self, *options: str, every: str = "1") -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "nightly.cli", "channels", "listen", "--every", every]
        with self.shown.open("ab") as shown:
            child = subprocess.Popen(
                [*command, *options],
                env=self.place.env,
                cwd=self.place.folder,
                stdout=shown,
                stderr=subprocess.STDOUT,
            )
        self.place.children.append(child)
        return child

    def post(self, text: str) -> None:
        self.double.directory.post(self.chat, text)

    def until(self, happened: Callable[[], Any], child: subprocess.Popen[bytes]) -> None:
        end = time.monotonic() + WAIT_S
        while not happened():
            assert child.poll() is None, self.shown.read_text()
            assert time.monotonic() < end, f"nothing happened: {self.shown.read_text()}"
            time.sleep(0.01)

    def synced(self) -> bool:
        return bool(self.place.rows("select 1 from channels_accountpeer where pts is not null"))

    def posts(self) -> list[int]:
        return self.place.parts("2000")

    def report(self, *options: str) -> dict[str, Any]:
        shown = self.place.run("-m", "nightly.cli", "report", "--json", *options)
        found: dict[str, Any] = json.loads(shown)
        return found


@pytest.fixture
def office(place: Place) -> Office:
    return Office(place)


def test_killed_again_and_again_nothing_is_lost_or_doubled(office: Office) -> None:
    expected = POSTS
    for start in range(4):
        child = office.listen()
        office.until(office.synced, child)
        calls = len(office.double.calls)
        for n in range(5 + start):
            office.post(f"пост {start} {n}")
            expected += 1
        wanted = expected - 2 * (start % 2)  # in the middle of it, or when all is in the record
        office.until(lambda wanted=wanted: len(office.posts()) >= wanted, child)
        assert len(office.double.calls) >= calls
        child.send_signal(signal.SIGKILL)
        child.wait()
        office.post(f"пока никто не слушает {start}")
        expected += 1
    child = office.listen()
    office.until(lambda: len(office.posts()) == expected, child)
    child.send_signal(signal.SIGTERM)
    assert child.wait(WAIT_S) == 0, office.shown.read_text()
    assert office.posts() == [*range(1, expected + 1)]
    assert office.place.one("select count(*) from cases_run where kind = 'listen'") == 1
    assert office.place.one("select max(starts) from cases_run where kind = 'listen'") == 5
    office.place.check_numbers(killed=4)
    assert "holds" in office.place.run("-m", "nightly.cli", "audit", "verify", "--evidence")


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_cleanly_when_it_is_told_to_and_says_what_it_heard(
    sign: signal.Signals, office: Office
) -> None:
    child = office.listen()
    office.until(office.synced, child)
    office.post("новый")
    office.until(lambda: len(office.posts()) == POSTS + 1, child)
    child.send_signal(sign)
    assert child.wait(WAIT_S) == 0, office.shown.read_text()
    shown = office.shown.read_text()
    assert "listening as one" in shown
    assert "listened as one: 1 new posts" in shown
    assert "Traceback" not in shown
    rows = office.place.rows("select state, starts from cases_run where kind = 'listen'")
    assert rows == [("complete", 1)]
    office.place.check_numbers()
    said = office.place.run("-m", "nightly.cli", "audit", "verify", "--evidence")
    assert "run-000002" not in said  # sealed; the night's own files wait for the next one
    listened = office.report("--run", "2")
    assert (listened["kind"], listened["state"]) == ("listen", "complete")
    assert listened["totals"]["documents"] == 1
    assert office.report()["run"] == office.night


def test_it_ends_by_itself_after_the_minutes_given(office: Office) -> None:
    child = office.listen("--for", "0.05")
    assert child.wait(WAIT_S) == 0, office.shown.read_text()
    office.place.check_numbers()


def test_a_night_leaves_the_account_of_a_listener_alone(office: Office) -> None:
    child = office.listen()
    office.until(office.synced, child)
    run = office.place.begin("closed_1")
    assert office.place.start(run).wait(WAIT_S) == EXIT_DONE
    assert office.place.count("skipped", "account one is at work in a listener") == 1
    assert office.place.count("skipped", "waits for an account") == 1
    assert office.place.parts("2001") == []
    assert child.poll() is None
    child.send_signal(signal.SIGTERM)
    assert child.wait(WAIT_S) == 0
    assert office.place.start(run).wait(WAIT_S) == EXIT_DONE
    assert len(office.place.parts("2001")) == POSTS
    office.place.check_numbers()


def test_a_night_reads_as_another_account_beside_a_listener(office: Office) -> None:
    office.place.enlist("two")
    child = office.listen("--account", "one")
    office.until(office.synced, child)
    run = office.place.begin("closed_1", "closed_2", "closed_0")
    assert office.place.start(run).wait(WAIT_S) == EXIT_DONE
    office.post("новый")
    office.until(lambda: len(office.posts()) == POSTS + 1, child)
    child.send_signal(signal.SIGTERM)
    assert child.wait(WAIT_S) == 0
    assert office.posts() == [*range(1, POSTS + 2)]
    for value in ("2001", "2002"):
        assert len(office.place.parts(value)) == POSTS
    assert {c.account for c in office.double.calls if c.about == "closed_1"} == {"two"}
    office.place.check_numbers()


def test_what_cannot_be_is_refused(office: Office) -> None:
    with held(office.place.folder / "var" / "accounts", "one", NIGHT):
        assert office.listen("--account", "one").wait(WAIT_S) == 2
    assert "account one is at work in a night" in office.shown.read_text()
    assert office.listen("--account", "nobody").wait(WAIT_S) == 2
    assert "there is no active account 'nobody'" in office.shown.read_text()
    assert office.listen(every="0.2").wait(WAIT_S) == 2
    assert "--every must be at least 1 second" in office.shown.read_text()
    child = office.listen()
    office.until(office.synced, child)
    assert office.listen().wait(WAIT_S) == 2
    assert "another listener is at work here" in office.shown.read_text()
    child.send_signal(signal.SIGTERM)
    assert child.wait(WAIT_S) == 0


def test_an_account_that_is_lost_ends_the_listener_that_was_to_be_it(office: Office) -> None:
    office.double.directory.accounts["one"].lost = "SESSION_REVOKED"
    child = office.listen("--account", "one")
    assert child.wait(WAIT_S) == 1, office.shown.read_text()
    assert "account one is lost (SESSION_REVOKED)" in office.shown.read_text()
    rows = office.place.rows("select state, reason from channels_telegramaccount")
    assert rows == [("retired", "revoked")]
    office.place.check_numbers()


def test_the_next_listener_keeps_a_flood_wait(office: Office) -> None:
    office.double.faults.order("GetHistory", RpcFault(420, "FLOOD_WAIT_72000"))
    child = office.listen()
    office.until(lambda: office.place.rows("select 1 from channels_accountwait"), child)
    child.send_signal(signal.SIGKILL)
    child.wait()
    history = office.double.count("GetHistory")
    child = office.listen()
    office.until(lambda: office.shown.read_text().count("listening as one") == 2, child)
    child.send_signal(signal.SIGTERM)
    assert child.wait(WAIT_S) == 0
    assert office.double.count("GetHistory") == history
    office.place.check_numbers(killed=1)


def test_what_was_heard_is_scored_by_the_next_night(office: Office) -> None:
    child = office.listen()
    office.until(office.synced, child)
    office.post("новый товар в наличии")
    office.until(lambda: len(office.posts()) == POSTS + 1, child)
    child.send_signal(signal.SIGTERM)
    assert child.wait(WAIT_S) == 0
    seeds = office.place.folder / "seeds.toml"
    seeds.write_text('[[channel]]\nname = "open_one"\n', encoding="utf-8")
    office.place.run("-m", "nightly.cli", "channels", "--seeds", str(seeds))
    scored = office.place.rows(
        "select r.kind from cases_assessmentrow a join cases_run r on r.id = a.run_id "
        "join cases_documentrow d on d.id = a.document_id where d.part = '451'"
    )
    assert scored == [("channels",)]
    report = office.report()
    assert report["kind"] == "channels"
    assert [line["target"] for line in report["cases"]] == ["telegram:2000"]
    office.place.check_numbers()
