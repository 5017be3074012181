from __future__ import annotations

from argparse import ArgumentParser
from contextlib import nullcontext
from typing import IO, Any, cast

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction
from rich.console import Console

from blocking.apps import checked_export_plan
from blocking.current import requests_for
from blocking.expiry import expire, renew
from blocking.exports import build, last_release
from blocking.plan import Recipient
from blocking.requests import make_requests
from blocking.terminal import show_built, show_requests
from blocking.withholding import withhold
from domain.clock import utc_now
from domain.errors import GateError


class Command(BaseCommand):
    help = "Build and gate an export for a recipient; a supervisor releases it afterwards."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--recipient", required=True, metavar="NAME", help="whom it is for")
        parser.add_argument(
            "--dry-run", action="store_true", help="show it and leave nothing behind"
        )
        parser.add_argument(
            "--like",
            type=int,
            metavar="NUMBER",
            help="only what the release of that number held (a rollback)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        plan = checked_export_plan(settings.NARCOWATCH)
        recipient = plan.recipient(options["recipient"])
        protection = plan.protection()
        console = Console(file=cast(IO[str], self.stdout._out))
        dry = options["dry_run"]
        try:
            with transaction.atomic() if dry else nullcontext():
                made = make_requests(plan.rules, protection)
                renewed = renew(plan.rules, protection)
                withheld = withhold(plan.rules)
                expire()
                made.made += renewed.made
                made.refused += renewed.refused
                show_requests(made, console)
                for request in withheld:
                    console.print(
                        f"withheld: request {request}: its address is not blocked any more"
                    )
                built = None
                if _anything_for(recipient):
                    built = build(recipient, plan, protection, like=options["like"], dry_run=dry)
                if dry:
                    transaction.set_rollback(True)
        except GateError as error:
            self.stderr.write(str(error))
            raise SystemExit(1) from error
        if built is None:
            self.stdout.write(
                f"nothing to export: no confirmed case concerns {recipient.name}, which has no "
                "release so far"
            )
            return
        show_built(built, console)
        if built.export is None:
            self.stdout.write("dry run: nothing was kept")
            return
        if built.unchanged:
            self.stdout.write(f"unchanged since {built.export}")
        else:
            self.stdout.write(f"built {plan.folder / built.export.folder}")
        if built.export.released_at is None:
            name = f"{built.export.recipient}/{built.export.number}"
            self.stdout.write(f"to release it: {settings.CALLED_AS} release {name} --user NAME")


def _anything_for(recipient: Recipient) -> bool:
    """Whether there is or was something to export: a list that became empty is the gate's."""
    return last_release(recipient.name) is not None or requests_for(recipient, utc_now()).exists()
