from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from crawlers.apps import check_proxy
from nightly import running
from nightly.apps import plan_of
from nightly.stages import CRAWL


class Command(BaseCommand):
    help = "Crawl the sites of a seeds file and assess them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        running.add_options(parser, seeds_required=True)
        parser.add_argument("--max-pages", type=int, metavar="N", help="pages fetched at the most")

    def handle(self, *args: Any, **options: Any) -> None:
        check_proxy(settings.NARCOWATCH)
        plan = plan_of(settings.NARCOWATCH)
        raise SystemExit(running.run("crawl", CRAWL, plan, options, settings.CALLED_AS))
