from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from apscheduler.schedulers.blocking import BlockingScheduler

from config.schema import CHECKOUT, Settings
from nightly.management.commands.scheduler import between_nights
from nightly.scheduler import (
    DELIVERY_JOB,
    NIGHT_JOB,
    REACH_JOB,
    Schedule,
    add_between,
    build,
    delivery_command,
    next_start,
    night_command,
    reach_command,
    run_command,
)
from tests.empty_record import put_record

ALMATY = ZoneInfo("Asia/Almaty")


def test_the_night_starts_at_one_in_almaty() -> None:
    scheduler = build(BlockingScheduler(), Schedule("0 1 * * *", "Asia/Almaty", 3600), lambda: None)
    job = scheduler.get_job(NIGHT_JOB) or scheduler._pending_jobs[0][0]
    noon = datetime(2026, 3, 1, 12, tzinfo=ALMATY)
    assert job.trigger.get_next_fire_time(None, noon) == datetime(2026, 3, 2, 1, tzinfo=ALMATY)
    assert (job.max_instances, job.coalesce, job.misfire_grace_time) == (1, True, 3600)


@pytest.mark.parametrize(
    ("name", "command", "ends"),
    [
        (DELIVERY_JOB, delivery_command(), ["deliver"]),
        (REACH_JOB, reach_command(), ["verify-blocks", "--scheduled"]),
    ],
)
def test_deliveries_and_looks_come_in_between_and_never_twice_at_once(
    name: str, command: list[str], ends: list[str]
) -> None:
    scheduler = BlockingScheduler()
    add_between(scheduler, name, 7, lambda: None)
    (job,) = (job for job, *_ in scheduler._pending_jobs if job.id == name)
    assert (job.max_instances, job.coalesce) == (1, True)
    assert job.trigger.interval.total_seconds() == 7 * 60
    assert command[1:] == ["-m", "nightly.cli", *ends]
    assert run_command([*command, "--help"], name) == 0


def test_what_comes_in_between_is_what_the_settings_name(tmp_path: Path) -> None:
    def jobs(**blocking: object) -> list[tuple[str, int]]:
        values = Settings.model_validate({"data_dir": str(tmp_path), "blocking": blocking})
        return [(name, minutes) for name, minutes, _ in between_nights(values)]

    way = {"name": "folder", "recipient": "regulator", "to": (tmp_path / "out").as_uri()}
    vantage = {"name": "here", "resolver": "127.0.0.1"}
    assert jobs() == []
    assert jobs(deliveries=[way], delivery_minutes=9) == [(DELIVERY_JOB, 9)]
    assert jobs(vantages=[vantage], reach={"every_minutes": 20}) == [(REACH_JOB, 20)]


def test_the_scheduler_runs_the_same_command_as_an_operator() -> None:
    command = night_command(["--help"])
    assert command[1:] == ["-m", "nightly.cli", "night", "--help"]
    assert run_command(command) == 0
    assert run_command(night_command(["--no-such-option"])) == 2


def test_the_next_start_is_told_with_date_time_and_zone() -> None:
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    told = next_start(Schedule("0 1 * * *", "Asia/Almaty", 3600), noon)
    assert told == "2026-03-02 01:00 +0500 (Asia/Almaty)"
    assert "never" in next_start(Schedule("0 1 30 2 *", "Asia/Almaty", 3600), noon)


@pytest.mark.parametrize("code", ["130", "os.kill(os.getpid(), 15)"])
def test_a_night_that_was_stopped_is_no_error(code: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        run_command([sys.executable, "-c", f"import os, sys; sys.exit({code})"])
    assert [record.levelname for record in caplog.records] == ["INFO"]
    run_command([sys.executable, "-c", "import sys; sys.exit(3)"])
    assert caplog.records[-1].levelname == "ERROR"


def scheduler(folder: Path, *arguments: str, **variables: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "nightly.cli", *arguments],
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(CHECKOUT),
            **{f"NARCOWATCH_{name}": value for name, value in variables.items()},
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_it_tells_its_seeds_and_ends_quietly_when_stopped(tmp_path: Path) -> None:
    put_record(tmp_path / "var")
    with scheduler(tmp_path, "scheduler", NIGHT__SEEDS="no.toml") as refused:
        _, told = refused.communicate(timeout=60)
    assert (refused.returncode, told.count("\n")) == (2, 1)
    assert "no.toml': cannot be read" in told
    (tmp_path / "my.toml").write_text('[[site]]\nurl = "http://shop.example/"\n')
    for seeds, words in (("my.toml", f"1 seed of {tmp_path}/my.toml"), ("", "known cases alone")):
        given = {"NIGHT__SEEDS": seeds} if seeds else {}
        with scheduler(tmp_path, "scheduler", **given) as running:
            assert running.stdout is not None
            first = running.stdout.readline()
            assert first.startswith("next night 20")
            assert words in first
            assert running.stdout.readline() == "Ctrl-C stops\n"
            os.killpg(running.pid, signal.SIGINT)
            _, told = running.communicate(timeout=60)
        assert (running.returncode, told) == (130, "narcowatch: interrupted\n")
