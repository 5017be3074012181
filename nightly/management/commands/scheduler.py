from __future__ import annotations

import signal
from argparse import ArgumentParser
from functools import partial
from typing import Any

from apscheduler.schedulers.blocking import BlockingScheduler
from django.conf import settings
from django.core.management.base import BaseCommand

from blocking.apps import checked_export_plan, reach_plan, seal_of, ways_of
from config.schema import Settings
from crawlers.apps import check_proxy
from domain.clock import utc_now
from domain.counting import counted
from domain.errors import InputError
from nightly.demo import refuse_real_work
from nightly.running import read_seeds
from nightly.scheduler import (
    DELIVERY_JOB,
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


class Command(BaseCommand):
    help = "Run the night on its schedule, until stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--now", action="store_true", help="run one night at once as well")

    def handle(self, *args: Any, **options: Any) -> None:
        chosen: Settings = settings.NARCOWATCH
        refuse_real_work(chosen.data_dir, chosen.night.seeds)
        checked_export_plan(chosen)
        reach_plan(chosen)
        check_proxy(chosen)
        seeds = _seeds(chosen)
        night = chosen.night
        schedule = Schedule(night.schedule, night.timezone, int(night.window_hours * 3600))

        def say_next() -> None:
            self.stdout.write(f"next night {next_start(schedule, utc_now())}, {seeds}")
            self.stdout.flush()

        def job() -> None:
            run_command(night_command())
            say_next()

        scheduler = build(BlockingScheduler(timezone=night.timezone), schedule, job)
        for name, minutes, command in between_nights(chosen):
            add_between(scheduler, name, minutes, partial(run_command, command, name))
        if options["now"]:
            scheduler.add_job(job)
        signal.signal(signal.SIGTERM, lambda *_: scheduler.shutdown(wait=False))
        say_next()
        self.stdout.write("Ctrl-C stops")
        self.stdout.flush()
        scheduler.start()


def between_nights(chosen: Settings) -> list[tuple[str, int, list[str]]]:
    """What is to be done between the nights by the settings: the job's name, every how many
    minutes, and the command. Without ways, a signer or vantages there is nothing to do."""
    blocking = chosen.blocking
    jobs = []
    if ways_of(chosen) or seal_of(chosen):
        jobs.append((DELIVERY_JOB, blocking.delivery_minutes, delivery_command()))
    if blocking.vantages:
        jobs.append((REACH_JOB, blocking.reach.every_minutes, reach_command()))
    return jobs


def _seeds(chosen: Settings) -> str:
    """What the nights begin with, in words. Raises InputError when that is a file that has no
    seed: every night would fail."""
    path = chosen.night.seeds
    if path is None:
        return "no seeds: night.seeds is not set, known cases alone are looked at"
    found = read_seeds(path)
    if not found.seeds:
        why = found.problems[0].reason if found.problems else "it has none"
        raise InputError(f"night.seeds = {str(path)!r}: {why}")
    return f"{counted(len(found.seeds), 'seed')} of {path}"
