"""Several processes of one account, and such as are killed, ask no more than the account may."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.crawlers.crawling import ROOT, Place

WAIT_S = 120
Start = Callable[[int], subprocess.Popen[str]]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "server.log"


@pytest.fixture
def start(migrated: Path, tmp_path: Path, log: Path) -> Start:
    """Start a process that spends the budget of account "one" and waits for a line first."""
    shutil.copy(migrated, tmp_path / "narcowatch.sqlite3")
    with sqlite3.connect(tmp_path / "narcowatch.sqlite3") as record:
        record.execute(
            "INSERT INTO channels_telegramaccount (name, user_id, state, reason, since) "
            "VALUES ('one', 1, 'active', '', '2026-03-01')"
        )
    record.close()

    def begin(most: int) -> subprocess.Popen[str]:
        command = "-m", "tests.channels.accounts.spending", "one", str(most), str(log)
        child = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env=Place(tmp_path, 1).env,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        return child

    return begin


def test_processes_that_spend_at_once_do_not_overspend(start: Start, log: Path) -> None:
    children = [start(200) for _ in range(3)]
    for child in children:
        child.stdin.write("go\n")
        child.stdin.flush()
    for child in children:
        assert child.communicate(timeout=WAIT_S)[0] == "spent\n"
    assert log.stat().st_size == 200


def test_processes_that_are_killed_do_not_overspend(start: Start, log: Path) -> None:
    most, kills = 3_000, 4
    for kill in range(1, kills + 1):
        child = start(most)
        child.stdin.write("go\n")
        child.stdin.flush()
        end = time.monotonic() + WAIT_S
        while log.stat().st_size < kill * most // (kills + 2):
            assert time.monotonic() < end
            time.sleep(0.001)
        child.kill()
        child.communicate(timeout=WAIT_S)
    assert log.stat().st_size < most
    assert start(most).communicate("go\n", timeout=WAIT_S)[0] == "spent\n"
    # each kill may have cost one request that was counted and never sent
    assert most - kills <= log.stat().st_size <= most
