from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from blocking.apps import export_plan
from blocking.letters.making import letter
from blocking.plan import LANGUAGES
from cases.files import write_private
from domain.errors import InputError


class Command(BaseCommand):
    help = "Print the letter of a request or of a release as PDF."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "name", metavar="REQUEST|RECIPIENT/NUMBER", help="a request's id, or a release"
        )
        parser.add_argument("--language", choices=LANGUAGES, default="kk", help="default: kk")
        parser.add_argument(
            "--output", type=Path, required=True, metavar="FILE", help="a new file for the letter"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        out: Path = options["output"]
        made = letter(options["name"], options["language"], export_plan(settings.NARCOWATCH))
        try:
            size, sha256 = write_private(out, [made])
        except FileExistsError as error:
            raise InputError(f"{out} is there already and is not written over") from error
        except OSError as error:
            raise InputError(f"{out} cannot be written: {error.strerror}") from error
        self.stdout.write(f"written: {out} ({size} bytes, SHA-256 {sha256})")
