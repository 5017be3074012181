from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand
from django.utils import timezone

from blocking.apps import BlockingConfig
from blocking.signing.pem import read
from cases.signing_in import add_options, person_of
from domain.defang import printable
from domain.errors import InputError
from review import answer_files


class Command(BaseCommand):
    help = "Take in a file of answers of a recipient: CSV or JSON, signed where that is asked for."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("recipient", metavar="RECIPIENT", help="whose answers they are")
        parser.add_argument("file", type=Path, metavar="FILE", help="the file as it came")
        parser.add_argument(
            "--signature", type=Path, metavar="FILE", help="its signature, where that is apart"
        )
        add_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        person = person_of(options["user"], options["password_file"])
        config: BlockingConfig = apps.get_app_config("blocking")  # type: ignore[assignment]
        recipient, path = options["recipient"], options["file"]
        try:
            done = answer_files.take_file(
                recipient,
                person,
                read(path),
                path.name,
                bounds=config.bounds(),
                zone=timezone.get_default_timezone(),
                trusted=config.trusted,
                signature=read(options["signature"]) if options["signature"] else b"",
            )
        except InputError as error:
            raise InputError(f"{path}: {error}") from error
        receipt = done.receipt
        if done.again:
            self.stdout.write(f"receipt {receipt.pk} holds these very answers: nothing was done")
            return
        rows = ", ".join(f"{name} {n}" for name, n in receipt.counts.items())
        self.stdout.write(f"receipt {receipt.pk} of {recipient}: {rows}")
        if receipt.signed_by:
            who = printable(receipt.signed_by)
            self.stdout.write(f"signed by {who}, certificate SHA-256 {receipt.signer_sha256}")
        if receipt.counts.keys() - {"applied", "unchanged"}:
            self.stdout.write(f"what came of each row: the page of receipt {receipt.pk}")
