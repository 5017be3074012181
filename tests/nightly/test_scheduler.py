from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from apscheduler.schedulers.blocking import BlockingScheduler

from nightly.scheduler import NIGHT_JOB, Schedule, build, night_command, run_command

ALMATY = ZoneInfo("Asia/Almaty")


def test_the_night_starts_at_one_in_almaty() -> None:
    scheduler = build(BlockingScheduler(), Schedule("0 1 * * *", "Asia/Almaty", 3600), lambda: None)
    job = scheduler.get_job(NIGHT_JOB) or scheduler._pending_jobs[0][0]
    noon = datetime(2026, 3, 1, 12, tzinfo=ALMATY)
    assert job.trigger.get_next_fire_time(None, noon) == datetime(2026, 3, 2, 1, tzinfo=ALMATY)
    assert (job.max_instances, job.coalesce, job.misfire_grace_time) == (1, True, 3600)


def test_the_scheduler_runs_the_same_command_as_an_operator() -> None:
    command = night_command(["--help"])
    assert command[1:] == ["-m", "nightly.cli", "night", "--help"]
    assert run_command(command) == 0
    assert run_command(night_command(["--no-such-option"])) == 2
