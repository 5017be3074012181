from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connections

from config.schema import Settings
from domain.errors import InputError
from review.apps import DEMO_MARKER
from review.console.serving import console
from review.demo import running


class Command(BaseCommand):
    help = "The web console in which people decide; answers until it is stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--listen", help="HOST:PORT; default: review.listen of the settings")
        parser.add_argument("--workers", type=int, default=2, help="processes (default: 2)")
        parser.add_argument("--threads", type=int, default=4, help="threads of each (default: 4)")

        parser.add_argument(
            "--demo", action="store_true", help="a tour with made-up data, in a record of its own"
        )
        parser.add_argument("--fresh", action="store_true", help="with --demo: begin the tour anew")
        parser.add_argument(
            "--codes", action="store_true", help="with --demo: print how to sign in, and end"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = settings.NARCOWATCH
        listen = options["listen"] or chosen.review.listen
        if options["demo"]:
            self._tour(chosen, listen, options)
            return
        if options["fresh"] or options["codes"]:
            raise InputError("--fresh and --codes go with --demo")
        check_fit(chosen)
        connections.close_all()  # each worker opens its own
        self.stdout.write(f"the console answers at http://{listen}/ (Ctrl-C stops it)")
        console(listen, workers=options["workers"], threads=options["threads"]).run()

    def _tour(self, chosen: Settings, listen: str, options: dict[str, Any]) -> None:
        """The tour; see ``review.demo.running``."""
        running.check_fit(production=chosen.production)
        folder = chosen.data_dir / running.NAME
        if options["codes"]:
            running.codes(folder)
            return
        running.prepare(folder, fresh=options["fresh"])
        running.serve(folder, listen)


def check_fit(chosen: Settings) -> None:
    """Raise InputError for a console that production must not have."""
    if not chosen.production:
        return
    review = chosen.review
    refused = {
        "review.https must be true: passwords and cookies would go in the clear": not review.https,
        "review.second_factor must be true": not review.second_factor,
        f"{chosen.data_dir} holds made-up data": (chosen.data_dir / DEMO_MARKER).exists(),
    }
    if wrong := [problem for problem, holds in refused.items() if holds]:
        raise InputError(f"no console in production like this: {'; '.join(wrong)}")
