from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from nightly import running
from nightly.apps import plan_of
from nightly.stages import READ_CHANNELS


class Command(BaseCommand):
    help = "Read the channels of a seeds file and assess them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        running.add_options(parser, seeds_required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        plan = plan_of(settings.NARCOWATCH)
        raise SystemExit(running.run("channels", READ_CHANNELS, plan, options, settings.CALLED_AS))
