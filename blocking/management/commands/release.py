from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from blocking.apps import checked_export_plan, seal_of
from blocking.releases import find, release
from blocking.signing.sealing import seal
from blocking.terminal import sealed_line
from cases.signing_in import add_options, person_of
from domain.errors import BoundaryError, GateError


class Command(BaseCommand):
    help = "Release an export: a supervisor lets it out of the house."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("export", metavar="RECIPIENT/NUMBER", help="the export to release")
        add_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        person = person_of(options["user"], options["password_file"])
        plan, how = checked_export_plan(settings.NARCOWATCH), seal_of(settings.NARCOWATCH)
        try:
            done = release(find(options["export"]), person, plan, plan.protection())
        except GateError as error:
            self.stderr.write(str(error))
            raise SystemExit(1) from error
        self.stdout.write(
            f"released {done.export.recipient}/{done.export.number} by {person.username}: "
            f"{done.sent} sent, {done.sent_again} sent again, {done.lifted} liftings sent"
        )
        self.stdout.write(f"files: {plan.folder / done.export.folder}")
        if how is None:
            return
        try:
            sealed = seal(done.export, plan, how)
        except BoundaryError as error:
            self.stderr.write(f"released, but not signed: {error}")
            self.stderr.write(f"to sign it: {settings.CALLED_AS} sign {options['export']}")
            raise SystemExit(1) from error
        self.stdout.write(sealed_line(sealed))
