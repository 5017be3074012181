from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from cases.bundles.manifest import NOT_STAMPED
from cases.models import Person
from cases.signing_in import add_options, person_of
from domain.counting import counted
from domain.defang import printable
from domain.errors import InputError, TransportError
from review import bundles
from review.apps import authority_of

_NOT_STAMPED = 3


class Command(BaseCommand):
    help = "Take a case's evidence: a folder that anybody can verify. Exit 3: not stamped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("case", type=int, nargs="?", help="the number of the case")
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--out", type=Path, metavar="DIR", help="the folder to make")
        what.add_argument(
            "--stamp",
            type=Path,
            metavar="DIR",
            help="have a folder time-stamped that was made without",
        )
        add_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        if (options["case"] is None) == (options["stamp"] is None):
            raise InputError("give a CASE with --out DIR, or --stamp DIR alone")
        values = settings.NARCOWATCH
        person = person_of(options["user"], options["password_file"])
        if options["stamp"] is not None:
            self._stamp(options["stamp"], person)
            return
        bundle = bundles.take(
            options["case"],
            person,
            options["out"],
            evidence_root=values.data_dir / "evidence",
            authority=authority_of(values),
        )
        counts = bundle.head.counts
        self.stdout.write(
            f"{bundle.folder}: {counted(counts['captures'], 'capture')}, "
            f"{counted(counts['screenshots'], 'screenshot')}, {counted(bundle.files, 'file')}"
        )
        if counts["withheld"]:
            self.stdout.write(f"withheld, since it speaks of other cases: {counts['withheld']}")
        if bundle.head.on_hold:
            self.stdout.write("the case is ON HOLD: for the investigation alone")
        self.stdout.write(
            f"SHA-256 of the manifest: {bundle.manifest_sha256} (audit event {bundle.event})"
        )
        self.stdout.write(f"time-stamp: {bundle.status}")
        if bundle.status == NOT_STAMPED:
            self.stderr.write(f"the bundle bears no time-stamp: {printable(bundle.reason)}")
            raise SystemExit(_NOT_STAMPED)

    def _stamp(self, folder: Path, person: Person) -> None:
        try:
            done = bundles.stamp(folder, person, authority_of(settings.NARCOWATCH))
        except TransportError as error:
            self.stderr.write(f"the bundle bears no time-stamp: {printable(str(error))}")
            raise SystemExit(_NOT_STAMPED) from error
        self.stdout.write(f"{folder}: time-stamped (audit event {done.event})")
        self.stdout.write(f"SHA-256 of the manifest: {done.manifest_sha256}")
        if not done.verifier_knows:
            self.stdout.write(
                "its verify.py is of another version, which may not know of time-stamps that are "
                "added: verify it with narcowatch verify-evidence"
            )
