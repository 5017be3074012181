from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connections

from config.schema import Settings
from domain.errors import InputError


class Command(BaseCommand):
    help = "The public pages for tips and appeals, a process of its own that cannot read cases."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--listen", help="HOST:PORT; default: intake.listen of the settings")
        parser.add_argument("--workers", type=int, default=2, help="processes (default: 2)")
        parser.add_argument("--threads", type=int, default=4, help="threads of each (default: 4)")

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = settings.NARCOWATCH
        check_fit(chosen)
        listen = options["listen"] or chosen.intake.listen
        connections.close_all()
        # The program begins anew with settings of its own: what was loaded here, the record's
        # tables and the way to them, is gone from this process.
        program = [sys.executable, "-m", "review.public", listen]
        numbers = [str(options["workers"]), str(options["threads"])]
        os.execv(sys.executable, [*program, *numbers])  # noqa: S606


def check_fit(chosen: Settings) -> None:
    """Raise InputError for public pages that production must not have."""
    if chosen.production and not chosen.intake.https:
        raise InputError(
            "no public pages in production like this: intake.https must be true: what people "
            "send would go in the clear"
        )
    if chosen.intake.database_url and chosen.intake.database_url == chosen.database.url:
        raise InputError("intake.database_url names the record's own database")
