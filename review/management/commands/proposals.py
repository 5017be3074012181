from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from cases.signing_in import add_options, person_of
from domain.defang import printable
from review import proposals


class Command(BaseCommand):
    help = "What looking again at known cases proposes: list, accept, reject."

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        for name, text in (
            ("list", "the open proposals, the oldest first"),
            ("accept", "say that it is so; what speaks against a block lifts it"),
            ("reject", "say that it is not"),
        ):
            sub = what.add_parser(name, help=text)
            add_options(sub)
            if name != "list":
                sub.add_argument("proposal", type=int, help="the number of the proposal")
                sub.add_argument("--reason", default="", help="why")

    def handle(self, *args: Any, **options: Any) -> None:
        person = person_of(options["user"], options["password_file"])
        if options["what"] == "list":
            days = settings.NARCOWATCH.recheck.proposal_days
            self._list(proposals.open_proposals(person, days=days))
            return
        decided = proposals.decide_proposal(
            options["proposal"],
            person,
            accept=options["what"] == "accept",
            reason=options["reason"],
        )
        self.stdout.write(f"proposal {decided.pk}: {decided.state}")

    def _list(self, views: list[proposals.ProposalView]) -> None:
        for view in views:
            line = f"{view.proposal_id}  case {view.case_id} {view.target} ({view.state}): "
            due = f"; overdue since {view.due_at:%Y-%m-%d}" if view.overdue else ""
            self.stdout.write(printable(line + view.says + due))
        if not views:
            self.stdout.write("nothing is proposed")
