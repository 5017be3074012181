from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from blocking.apps import checked_export_plan, seal_of
from blocking.releases import find
from blocking.signing.sealing import seal
from blocking.terminal import sealed_line
from domain.errors import InputError


class Command(BaseCommand):
    help = "Sign a release and have it time-stamped, where that was not done when it was released."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("export", metavar="RECIPIENT/NUMBER", help="the release to sign")

    def handle(self, *args: Any, **options: Any) -> None:
        how = seal_of(settings.NARCOWATCH)
        if how is None:
            raise InputError("blocking.signing names neither a key_file nor a service_url")
        plan = checked_export_plan(settings.NARCOWATCH)
        self.stdout.write(sealed_line(seal(find(options["export"]), plan, how)))
