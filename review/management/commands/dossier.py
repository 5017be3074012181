from __future__ import annotations

import shutil
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from cases.bundles.manifest import NOT_STAMPED
from cases.models import AuditEvent
from cases.signing_in import person_of
from domain.counting import counted
from domain.errors import InputError
from review.apps import workshop_of
from review.dossier import asking, members
from review.dossier.wanting import Wanted
from review.models import DossierRow

_NOT_STAMPED = 3


class Command(BaseCommand):
    help = "Hand a case or family over, as one archive. Exit 3: not stamped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--case", type=int, metavar="CASE", help="a case, by its number")
        what.add_argument("--family", type=int, metavar="FAMILY", help="a family, by its number")
        what.add_argument(
            "--make", type=int, metavar="DOSSIER", help="make one that was asked for in the console"
        )
        parser.add_argument("--to", default="", help="who gets it")
        parser.add_argument("--purpose", default="", help="what for")
        parser.add_argument("--language", default="", help="kk, ru or en (default: the console's)")
        parser.add_argument("--with-pictures", action="store_true", help="with screenshots")
        parser.add_argument(
            "--cards", default="", metavar="REASON", help="card numbers in full, and why"
        )
        parser.add_argument("--out", type=Path, metavar="FILE", help="where to put a copy of it")
        parser.add_argument("--user", default="", help="who you are")
        parser.add_argument(
            "--password-file",
            metavar="FILE",
            help="file with your password, mode 0600, or - for standard input (default: ask)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        shop = workshop_of(settings.NARCOWATCH)
        if options["make"] is not None:
            asking.make_asked(options["make"], shop)
            return
        row = asking.make_asked(self._asked(options).pk, shop)
        self._tell(row, shop.folder, options["out"])

    def _asked(self, options: dict[str, Any]) -> DossierRow:
        out = options["out"]
        if not options["user"] or out is None:
            raise InputError("a dossier needs --user NAME and --out FILE")
        if out.exists() or not out.parent.is_dir():
            raise InputError(f"{out} is there already, or its folder is not")
        person = person_of(options["user"], options["password_file"])
        about = (
            members.of_case(options["case"], person)
            if options["case"] is not None
            else members.of_family(options["family"], person)
        )
        wanted = Wanted(
            options["to"],
            options["purpose"],
            options["language"] or settings.LANGUAGE_CODE,
            options["with_pictures"],
            options["cards"],
        )
        return asking.ask(about, wanted, person)

    def _tell(self, row: DossierRow, folder: Path, out: Path) -> None:
        with out.open("xb") as copy, (folder / row.file).open("rb") as made:
            shutil.copyfileobj(made, copy)
        told = counted(row.cases.count(), "case")
        more = f", {row.left_out} of the family left out" if row.left_out else ""
        self.stdout.write(f"{out}: dossier {row.pk}, {told}{more}")
        self.stdout.write(f"SHA-256 of the archive: {row.sha256} (audit event {row.event})")
        status = AuditEvent.objects.get(seq=row.event).details["timestamp"]
        self.stdout.write(f"time-stamp: {status}")
        if status == NOT_STAMPED:
            raise SystemExit(_NOT_STAMPED)
