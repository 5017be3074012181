from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from blocking.apps import checked_export_plan, reach_plan
from crawlers.apps import check_proxy
from nightly import running
from nightly.apps import plan_of
from nightly.stages import NIGHT


class Command(BaseCommand):
    help = "Run one night, from seeds to gated exports (resumes one that died)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        running.add_options(parser, seeds_required=False)
        parser.add_argument("--max-pages", type=int, metavar="N", help="pages fetched at the most")

    def handle(self, *args: Any, **options: Any) -> None:
        checked_export_plan(settings.NARCOWATCH)  # what it ends with is told before it begins
        reach_plan(settings.NARCOWATCH)
        check_proxy(settings.NARCOWATCH)
        plan = plan_of(settings.NARCOWATCH)
        options["seeds"] = options["seeds"] or settings.NARCOWATCH.night.seeds
        raise SystemExit(running.run("night", NIGHT, plan, options, settings.CALLED_AS))
