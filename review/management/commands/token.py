from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from cases.signing_in import add_options, person_of
from review import tokens

_ACTOR = "operator:console"


class Command(BaseCommand):
    help = "Tokens by which programs act for people through the API: make, list, withdraw."

    def add_arguments(self, parser: ArgumentParser) -> None:
        most = settings.NARCOWATCH.review.token_days
        what = parser.add_subparsers(dest="what", required=True)
        make = what.add_parser("make", help="make one of your own; it is shown once")
        add_options(make)
        make.add_argument("--name", required=True, help="which program it is for")
        make.add_argument(
            "--scope",
            required=True,
            action="append",
            choices=[scope.value for scope in tokens.Scope],
            help="what it is for; can be given again",
        )
        make.add_argument(
            "--days", type=int, default=most, help=f"how long it is good for (default: {most})"
        )
        what.add_parser("list", help="everybody's that are good for something")
        withdraw = what.add_parser("withdraw", help="end one")
        withdraw.add_argument("token", type=int, help="its number in the list")

    def handle(self, *args: Any, **options: Any) -> None:
        match options["what"]:
            case "make":
                self._make(options)
            case "list":
                self._list()
            case _:
                tokens.withdraw_as(options["token"], _ACTOR)
                self.stdout.write(f"token {options['token']} is withdrawn")

    def _make(self, options: dict[str, Any]) -> None:
        person = person_of(options["user"], options["password_file"])
        made = tokens.make(
            person,
            options["name"],
            options["scope"],
            options["days"],
            most_days=settings.NARCOWATCH.review.token_days,
        )
        self.stderr.write(f"token {made.token.pk}; it is kept nowhere and not shown again:")
        self.stdout.write(made.secret)

    def _list(self) -> None:
        for line in tokens.all_lines():
            used = f"used {_day(line.last_used_at)}" if line.last_used_at else "not used yet"
            scopes, until = " ".join(line.scopes), _day(line.ends_at)
            self.stdout.write(
                f"{line.token_id}  {line.owner}  {line.name}  {scopes}  until {until}, {used}"
            )


def _day(moment: Any) -> str:
    return timezone.localtime(moment).date().isoformat()
