"""The schedule: APScheduler starts the night, and deliveries and looks at blocks in between, as
processes of their own, as an operator would."""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

log = logging.getLogger(__name__)
NIGHT_JOB, DELIVERY_JOB, REACH_JOB = "night", "delivery", "reach"
#: How a night ends that Ctrl-C or a service manager stopped: by itself, or by the signal.
_STOPPED = frozenset({130, -signal.SIGINT, -signal.SIGTERM})


@dataclass(frozen=True, slots=True)
class Schedule:
    """``cron`` has five fields; ``window_s`` is how long after its time a night may still start."""

    cron: str
    timezone: str
    window_s: int


def night_command(arguments: Sequence[str] = ()) -> list[str]:
    """The command that runs a night."""
    return [sys.executable, "-m", "nightly.cli", "night", *arguments]


def delivery_command() -> list[str]:
    """The command that delivers what waits."""
    return [sys.executable, "-m", "nightly.cli", "deliver"]


def reach_command() -> list[str]:
    """The command that looks whether blocks are there."""
    return [sys.executable, "-m", "nightly.cli", "verify-blocks", "--scheduled"]


def run_command(command: Sequence[str], what: str = "night") -> int:
    """Run one night and log how it ended. One that was stopped on purpose is no error."""
    code = subprocess.run(command, check=False).returncode  # noqa: S603 - our own command
    if code in _STOPPED:
        log.info("%s was stopped; started again, it goes on where it was", what)
    else:
        level = logging.INFO if code == 0 else logging.ERROR
        log.log(level, "%s ended with exit code %s", what, code)
    return code


def next_start(schedule: Schedule, now: datetime) -> str:
    """When the next night starts: date, time, offset from UTC and name of the zone."""
    trigger = CronTrigger.from_crontab(schedule.cron, timezone=schedule.timezone)
    moment = trigger.get_next_fire_time(None, now)
    if moment is None:
        return f"never: no day fits {schedule.cron!r}"
    return f"{moment:%Y-%m-%d %H:%M %z} ({schedule.timezone})"


def build(
    scheduler: BlockingScheduler, schedule: Schedule, job: Callable[[], object]
) -> BlockingScheduler:
    """Give ``scheduler`` the night.

    A night that is still running is not started twice; nights missed while the machine was off
    are made up for by one, inside the window.
    """
    scheduler.add_job(
        job,
        CronTrigger.from_crontab(schedule.cron, timezone=schedule.timezone),
        id=NIGHT_JOB,
        max_instances=1,
        coalesce=True,
        misfire_grace_time=schedule.window_s,
    )
    return scheduler


def add_between(
    scheduler: BlockingScheduler, name: str, minutes: int, job: Callable[[], object]
) -> None:
    """Give ``scheduler`` a job of that ``name`` between the nights, every so many ``minutes`` and
    never twice at once. What is due stands in the record, so that a restart forgets nothing."""
    scheduler.add_job(
        job, IntervalTrigger(minutes=minutes), id=name, max_instances=1, coalesce=True
    )
