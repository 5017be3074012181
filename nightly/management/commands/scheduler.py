from __future__ import annotations

import signal
from argparse import ArgumentParser
from functools import partial
from typing import Any

from apscheduler.schedulers.blocking import BlockingScheduler
from django.conf import settings
from django.core.management.base import BaseCommand

from nightly.scheduler import Schedule, build, night_command, run_command


class Command(BaseCommand):
    help = "Run the night on its schedule, until stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--now", action="store_true", help="run one night at once as well")

    def handle(self, *args: Any, **options: Any) -> None:
        night = settings.NARCOWATCH.night
        schedule = Schedule(night.schedule, night.timezone, int(night.window_hours * 3600))
        job = partial(run_command, night_command())
        scheduler = build(BlockingScheduler(timezone=night.timezone), schedule, job)
        if options["now"]:
            scheduler.add_job(job)
        signal.signal(signal.SIGTERM, lambda *_: scheduler.shutdown(wait=False))
        self.stdout.write(f"night at {night.schedule} {night.timezone}; Ctrl-C stops")
        scheduler.start()
