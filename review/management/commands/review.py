from __future__ import annotations

import os
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from rich.console import Console

from cases.models import Case, Person
from cases.signing_in import add_options, person_of
from domain.decisions import Jurisdiction
from domain.errors import InputError
from review import service
from review.pictures import page_of_pictures
from review.terminal import show_case
from review.wording import told


class Command(BaseCommand):
    help = "Look at cases and decide them: next, show, confirm, dismiss, escalate, hold, withdraw."

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        for name, text in (
            ("next", "show the case you should look at next"),
            ("show", "show a case"),
            ("confirm", "say that it sells drugs"),
            ("dismiss", "say that it does not"),
            ("escalate", "ask others to decide"),
            ("hold", "keep it for an investigation"),
            ("end-hold", "end such a hold"),
            ("withdraw", "take a confirmed or requested case back (supervisors)"),
        ):
            sub = what.add_parser(name, help=text)
            add_options(sub)
            if name != "next":
                sub.add_argument("case", type=int, help="the number of the case")
            if name not in {"next", "show"}:
                sub.add_argument("--reason", default="", help="why")
            if name in {"confirm", "dismiss"}:
                sub.add_argument("--seconds", type=int, default=0, help="time spent on it")
            if name in {"next", "show"}:
                sub.add_argument("--full", action="store_true", help="whole texts, not excerpts")
                sub.add_argument(
                    "--ngrams", action="store_true", help="mark what only the model can read too"
                )
            if name == "show":
                sub.add_argument(
                    "--pictures",
                    metavar="FILE",
                    help="write its screenshots as a page for a browser to FILE, a new one",
                )
            if name == "confirm":
                sub.add_argument(
                    "--jurisdiction",
                    choices=[item.value for item in Jurisdiction],
                    help="what ties the target to the country",
                )
            if name == "hold":
                sub.add_argument("--until", required=True, metavar="YYYY-MM-DD", help="its end")

    def handle(self, *args: Any, **options: Any) -> None:
        person = person_of(options["user"], options["password_file"])
        what = options["what"]
        if what in {"next", "show"}:
            case_id = options["case"] if what == "show" else service.next_case(person)
            if options.get("pictures"):
                self._pictures(person, options["case"], Path(options["pictures"]))
                return
            self._show(person, case_id, options)
            return
        case = self._decide(what, person, options)
        self.stdout.write(f"case {case.pk}: {told(what, case)}")

    def _show(self, person: Person, case_id: int | None, options: dict[str, Any]) -> None:
        if case_id is None:
            self.stdout.write("no case is waiting for you")
            return
        view = service.case_view(case_id, person)
        out: Any = self.stdout
        console = Console(file=out._out)
        show_case(view, console, full=options["full"], ngrams=options["ngrams"])

    def _pictures(self, person: Person, case_id: int, path: Path) -> None:
        root = settings.NARCOWATCH.data_dir / "evidence"
        if path.exists():
            raise InputError(f"{path} is there already")
        page = page_of_pictures(case_id, person, root)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(page)
        self.stdout.write(f"case {case_id}: screenshots written to {path}")

    def _decide(self, what: str, person: Person, options: dict[str, Any]) -> Case:
        case_id, reason = options["case"], options["reason"]
        match what:
            case "confirm":
                given = options["jurisdiction"]
                return service.confirm(
                    case_id,
                    person,
                    jurisdiction=Jurisdiction(given) if given else None,
                    reason=reason,
                    seconds=options["seconds"],
                )
            case "dismiss":
                return service.dismiss(
                    case_id,
                    person,
                    reason=reason,
                    seconds=options["seconds"],
                    drawn_share=settings.NARCOWATCH.review.dismissals_drawn,
                )
            case "escalate":
                return service.escalate(case_id, person, reason=reason)
            case "end-hold":
                return service.end_hold(case_id, person, reason=reason)
            case "withdraw":
                return service.withdraw(case_id, person, reason=reason)
            case _:
                return service.hold(case_id, person, reason=reason, until=_date(options["until"]))


def _date(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise InputError(f"not a date as YYYY-MM-DD: {text!r}") from error
