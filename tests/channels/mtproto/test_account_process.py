"""The processes of a night with accounts: claims, kills, and numbers as the servers have them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.cli import main as warcio

from channels.process import EXIT_DONE
from tests.channels.pages import FakeChannel, FakePost, landing_html
from tests.channels.previewserver import PreviewServer, running
from tests.channels.test_process import Night
from tests.empty_record import put_record
from tests.world.mtproto.directory import Chat
from tests.world.mtproto.faults import RpcFault
from tests.world.mtproto.server import TelegramDouble

WAIT_S = 120
POSTS = 450
CLOSED = 4
_ENLIST = """
import django, sys, json
django.setup()
from django.conf import settings
from channels.accounts import pool
from channels.apps import accounts_plan
vault = accounts_plan(settings.NARCOWATCH).vault
vault.prepare()
for name, (user, session) in json.loads(sys.stdin.read()).items():
    vault.store(name, session)
    pool.enlist(name, user, actor="operator:test")
"""
_PREPARE = """
import django, sys
django.setup()
from cases import runs
from django.conf import settings
from domain.seeds import parse_seeds
seeds = parse_seeds(sys.argv[1].encode())
run = runs.start("night", seeds.digest, {}, evidence_root=settings.NARCOWATCH.data_dir / "evidence")
runs.add_seeds(run, list(seeds.seeds))
print(run.pk)
"""
_VERIFY = """
import django
django.setup()
from cases import audit
print(audit.verify().problems)
"""


class Place(Night):
    """A data directory with accounts of the double in its vault."""

    def __init__(self, folder: Path, server: PreviewServer, double: TelegramDouble) -> None:
        super().__init__(folder, server)
        self.server, self.double = server, double
        key = folder / "server.pem"
        key.write_bytes(double.key.pem())
        prefix = "NARCOWATCH_CHANNELS__TELEGRAM__"
        self.settings |= {
            f"{prefix}SERVER": f"127.0.0.1:{double.port}",
            f"{prefix}KEY_FILE": str(key),
            f"{prefix}API_ID": "1",
            f"{prefix}API_HASH": "0" * 32,
            f"{prefix}LONGEST_WAIT_S": "2",
        }
        self.env |= self.settings

    def enlist(self, *names: str) -> None:
        accounts = self.double.directory.accounts
        sessions = {}
        for name in names:
            account = self.double.directory.add_account(name, f"770100000{len(accounts):02}")
            sessions[name] = (account.id, self.double.session_of(account))
        self.python(_ENLIST, given=json.dumps(sessions))

    def python(self, script: str, *arguments: str, given: str = "") -> str:
        done = subprocess.run(
            [sys.executable, "-c", script, *arguments],
            input=given,
            env=self.env,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def begin(self, *names: str) -> int:
        seeds = "".join(f'[[channel]]\nname = "{name}"\n' for name in names)
        return int(self.python(_PREPARE, seeds))

    def count(self, name: str, reason: str = "%") -> int:
        query = (
            f"select sum(n) from cases_runcount where name = '{name}' and reason like '{reason}'"
        )
        return int(self.one(query))

    def check_numbers(self, killed: int = 0) -> None:
        """What the record says was asked equals what the two servers saw.

        A request is counted before it leaves, so that none goes uncounted: a process that is
        ``killed`` in between counts one that nobody saw.
        """
        captured = self.one("select sum(requests) from cases_capture")
        said = captured + self.count("refetched") + self.count("sent")
        seen = sum(self.server.served.values()) + len(self.double.calls)
        assert seen <= said <= seen + killed
        assert self.python(_VERIFY) == "()"

    def parts(self, value: str) -> list[int]:
        rows = self.rows(
            "select d.part from cases_documentrow d join cases_target t on t.id = d.target_id "
            f"where t.value = '{value}' and d.part <> 'about'"
        )
        found = sorted(int(part) for (part,) in rows)
        assert len(found) == len(set(found))
        return found


@pytest.fixture
def place(tmp_path: Path, server: PreviewServer, double: TelegramDouble) -> Iterator[Place]:
    """Channels ``closed_0`` to ``closed_3`` without preview, and ``open_one``, which names them."""
    for n in range(CLOSED):
        chat = double.directory.add_chat(Chat(2_000 + n, f"closed_{n}", f"Закрытый {n}"))
        for number in range(1, POSTS + 1):
            double.directory.post(chat, f"пост {number}")
        server.landings[f"closed_{n}"] = landing_html(f"closed_{n}", extra="9 subscribers")
    names = " ".join(f"@closed_{n}" for n in range(CLOSED))
    server.put(FakeChannel("open_one", 1_000, posts=[FakePost(1, f"наши: {names}")]))
    place = Place(tmp_path, server, double)
    put_record(tmp_path / "var")
    yield place
    for child in place.children:
        if child.poll() is None:
            child.kill()
            child.wait()


def until(happened: Callable[[], Any], child: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + WAIT_S
    while not happened():
        assert child.poll() is None, "the child ended before it was to be killed"
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.002)


@pytest.fixture
def server() -> Iterator[PreviewServer]:
    with running() as one:
        yield one


def test_what_has_no_preview_is_read_by_several_accounts(place: Place) -> None:
    place.enlist("one", "two")
    run = place.begin("open_one")
    assert place.start(run).wait(WAIT_S) == EXIT_DONE
    for n in range(CLOSED):
        assert place.parts(str(2_000 + n)) == [*range(1, POSTS + 1)]
    assert place.double.count("ResolveUsername") == CLOSED
    # who comes late on a busy machine may find nothing left to do
    assert {call.account for call in place.double.calls} <= {"one", "two"}
    assert place.one("select count(*) from cases_runsource where not done") == 0
    assert place.one("select count(*) from channels_wanted") == 0
    assert place.count("refetched") == 0
    place.check_numbers()
    assert _sound(place.folder / "var" / "evidence") == place.one(
        "select count(*) from cases_capture where egress = 'telegram' and warc_file <> ''"
    )


def test_accounts_read_what_they_know_while_the_previews_host_throttles(place: Place) -> None:
    place.enlist("one")
    names = [f"closed_{n}" for n in range(CLOSED)]
    assert place.start(place.begin(*names)).wait(WAIT_S) == EXIT_DONE
    resolved = place.double.count("ResolveUsername")
    for n, name in enumerate(names):
        place.server.faults[f"/s/{name}"] = [429] * 99
        place.double.directory.post(place.double.directory.chats[2_000 + n], "новый пост")
    another = place.begin(*names, "open_one")  # other seeds: another run
    assert place.start(another).wait(WAIT_S) == EXIT_DONE
    for n in range(CLOSED):
        assert place.parts(str(2_000 + n)) == [*range(1, POSTS + 2)]
    assert place.double.count("ResolveUsername") == resolved
    assert place.count("failed", "not reached%") == 0
    place.check_numbers()


def test_searches_lead_to_channels_that_nothing_names(place: Place) -> None:
    place.env["NARCOWATCH_CHANNELS__SEARCHES"] = '["Закрытый 1", "нет такого"]'
    place.enlist("one")
    place.server.put(FakeChannel("silent_one", 1_001, posts=[FakePost(1, "тихо")]))
    run = place.begin("silent_one")
    assert place.start(run).wait(WAIT_S) == EXIT_DONE
    assert place.parts("2001") == [*range(1, POSTS + 1)]
    assert place.parts("2002") == []
    assert place.double.count("Search") == 2
    assert place.double.count("ResolveUsername") == 0
    assert place.one("select count(*) from cases_runsource where why = 'search' and done") == 2
    assert place.count("skipped", "search waits for an account") == 0
    place.check_numbers()


def test_searches_without_accounts_are_counted(place: Place) -> None:
    place.env["NARCOWATCH_CHANNELS__SEARCHES"] = '["Закрытый 1"]'
    run = place.begin("open_one")
    assert place.start(run).wait(WAIT_S) == EXIT_DONE
    assert place.count("skipped", "search waits for an account") == 1


def _sound(evidence: Path) -> int:
    """Resource records in the store, every file of which warcio finds right."""
    found = 0
    files = [*evidence.rglob("*.warc.gz")]
    for path in files:
        with path.open("rb") as stream:
            for record in ArchiveIterator(stream):
                found += record.rec_type == "resource"
                digest = record.rec_headers.get_header("WARC-Block-Digest") or "sha256:"
                assert digest.startswith("sha256:")
    with pytest.raises(SystemExit) as ended:
        warcio(["check", *map(str, files)])
    assert ended.value.code == 0
    return found


def test_killed_again_and_again_nothing_is_lost_or_doubled(place: Place) -> None:
    place.enlist("one")
    run = place.begin("closed_0", "closed_1")
    for calls in (3, 8, 13):
        child = place.start(run)
        until(lambda calls=calls: place.double.count("GetHistory") >= calls, child)
        child.send_signal(signal.SIGKILL)
        child.wait()
        assert place.begin("closed_0", "closed_1") == run
    assert place.start(run).wait(WAIT_S) == EXIT_DONE
    for n in range(2):
        assert place.parts(str(2_000 + n)) == [*range(1, POSTS + 1)]
    assert place.count("refetched") >= 1
    place.check_numbers(killed=3)


def test_an_accounts_process_that_dies_is_started_anew(place: Place) -> None:
    place.enlist("one")
    run = place.begin("closed_0", "closed_1")
    parent = place.start(run)
    until(lambda: place.double.count("GetHistory") >= 3, parent)
    (child,) = _children_of(parent.pid)
    child.send_signal(signal.SIGKILL)
    assert parent.wait(WAIT_S) == EXIT_DONE
    for n in range(2):
        assert place.parts(str(2_000 + n)) == [*range(1, POSTS + 1)]
    assert place.count("failed", "account process started anew") == 1
    place.check_numbers(killed=1)


def _children_of(pid: int) -> list[Any]:
    return psutil.Process(pid).children()


def test_a_lost_account_is_retired_and_the_others_go_on(place: Place) -> None:
    place.enlist("one", "two")
    for method in ("GetHistory", "ResolveUsername"):
        fault = RpcFault(401, "USER_DEACTIVATED_BAN")
        place.double.faults.order(method, fault, account="one", after=1)
    run = place.begin(*(f"closed_{n}" for n in range(CLOSED)))
    assert place.start(run).wait(WAIT_S) == EXIT_DONE
    for n in range(CLOSED):
        assert place.parts(str(2_000 + n)) == [*range(1, POSTS + 1)]
    rows = place.rows("select name, state, reason from channels_telegramaccount order by name")
    assert rows == [("one", "retired", "banned"), ("two", "active", "")]
    assert place.count("accounts lost") == 1
    place.check_numbers()


def test_an_error_that_nobody_knows_costs_no_account(place: Place) -> None:
    place.enlist("one", "two")
    for account in ("one", "two"):
        fault = RpcFault(406, "CHANNEL_SOMETHING_NEW")
        place.double.faults.order("GetFullChannel", fault, account=account)
    run = place.begin("closed_0", "closed_1")
    assert place.start(run).wait(WAIT_S) == EXIT_DONE
    assert place.rows("select distinct state from channels_telegramaccount") == [("active",)]
    assert len([*(place.folder / "var" / "accounts").glob("*.session")]) == 2
    place.check_numbers()


@pytest.mark.parametrize(
    "fault", [RpcFault(401, "USER_DEACTIVATED_BAN"), RpcFault(420, "FLOOD_WAIT_72000")]
)
def test_what_one_account_cannot_do_the_next_does(place: Place, fault: RpcFault) -> None:
    place.enlist("one", "two", "three")
    # a second account that is lost over the same name would end it
    for account in ("one",) if fault.code == 401 else ("one", "two"):
        place.double.faults.order("ResolveUsername", fault, account=account)
    run = place.begin("closed_0")
    assert place.start(run).wait(WAIT_S) == EXIT_DONE
    assert place.parts("2000") == [*range(1, POSTS + 1)]
    assert place.double.count("ResolveUsername") <= 3
    place.check_numbers()


def test_a_channel_over_which_two_accounts_are_lost_costs_no_third(place: Place) -> None:
    place.enlist("one", "two", "three")
    for account in ("one", "two", "three"):
        fault = RpcFault(401, "USER_DEACTIVATED_BAN")
        place.double.faults.order("ResolveUsername", fault, account=account)
    run = place.begin("closed_0")
    assert place.start(run).wait(WAIT_S) == EXIT_DONE
    rows = place.rows("select state from channels_telegramaccount order by state")
    assert rows == [("active",), ("active",), ("retired",)]
    assert place.count("failed", "accounts are lost over it%") == 1
    assert place.one("select count(*) from cases_runsource where not done") == 0
    place.check_numbers()


def test_a_flood_wait_for_history_leaves_searches_and_the_other_way_round(place: Place) -> None:
    place.enlist("one")
    place.double.faults.order("GetHistory", RpcFault(420, "FLOOD_WAIT_72000"))
    assert place.start(place.begin("closed_0")).wait(WAIT_S) == EXIT_DONE
    place.env["NARCOWATCH_CHANNELS__SEARCHES"] = '["Закрытый 1", "Закрытый 2"]'
    assert place.start(place.begin("closed_0", "open_one")).wait(WAIT_S) == EXIT_DONE
    assert place.double.count("Search") == 2
    assert place.double.count("GetHistory") == 1
    place.check_numbers()


def test_what_no_account_can_read_tonight_waits_and_is_said(place: Place) -> None:
    place.enlist("one")
    place.double.faults.order("ResolveUsername", RpcFault(420, "FLOOD_WAIT_72000"), after=1)
    run = place.begin("closed_0", "closed_1")
    assert place.start(run).wait(WAIT_S) == EXIT_DONE
    assert place.double.count("ResolveUsername") == 2
    assert place.count("skipped", "waits for an account") == 1
    assert place.one("select count(*) from channels_wanted") == 1
    assert place.one("select count(*) from cases_runsource where not done") == 0
    assert len(place.parts("2000")) + len(place.parts("2001")) == POSTS
    place.check_numbers()
    assert place.start(run).wait(WAIT_S) == EXIT_DONE
    assert place.double.count("ResolveUsername") == 2
    assert place.count("skipped", "waits for an account") == 1


def test_without_accounts_no_preview_is_an_outcome(place: Place) -> None:
    run = place.begin("closed_0")
    assert place.start(run).wait(WAIT_S) == EXIT_DONE
    outcomes = place.rows("select outcome from cases_capture order by id")
    assert outcomes == [("redirect",), ("no_preview",)]
    assert place.double.calls == []


def test_each_account_resolves_no_more_than_its_budget(place: Place) -> None:
    place.enlist("one", "two")
    place.env["NARCOWATCH_CHANNELS__TELEGRAM__BUDGETS__RESOLVES_PER_DAY"] = "1"
    run = place.begin(*(f"closed_{n}" for n in range(CLOSED)))
    assert place.start(run).wait(WAIT_S) == EXIT_DONE
    assert place.double.count("ResolveUsername", "one") == 1
    assert place.double.count("ResolveUsername", "two") == 1
    assert place.count("skipped", "waits for an account") == CLOSED - 2
    place.check_numbers()


def test_a_renamed_channel_is_found_again_by_its_number(place: Place) -> None:
    place.enlist("one")
    assert place.start(place.begin("closed_0")).wait(WAIT_S) == EXIT_DONE
    chat = place.double.directory.chats[2_000]
    chat.username = "new_name"
    place.double.directory.post(chat, "мы переехали", id=POSTS + 1)
    del place.server.landings["closed_0"]
    assert place.start(place.begin("closed_0", "open_one")).wait(WAIT_S) == EXIT_DONE
    assert place.parts("2000") == [*range(1, POSTS + 2)]
    assert place.rows("select name from cases_target where value = '2000'") == [("new_name",)]
    assert place.double.count("ResolveUsername") == CLOSED
    place.check_numbers()
