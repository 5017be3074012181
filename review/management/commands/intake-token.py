from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from domain.clock import iso
from review.public import tokens
from review.public.models import Token
from review.public.preparing import prepare


class Command(BaseCommand):
    help = "Tokens of the API for tips: add, list, withdraw."

    def add_arguments(self, parser: ArgumentParser) -> None:
        doing = parser.add_subparsers(dest="what", required=True)
        adding = doing.add_parser("add", help="make a token; its secret is told this once")
        adding.add_argument("name")
        adding.add_argument(
            "--scope",
            action="append",
            choices=[scope.value for scope in tokens.Scope],
            help="what it may do; repeat for several (default: both)",
        )
        adding.add_argument("--days", type=int, default=365, help="how long (default: 365)")
        doing.add_parser("list", help="all tokens and whether they are in force")
        withdrawing = doing.add_parser("withdraw", help="have a token let nobody in any more")
        withdrawing.add_argument("name")

    def handle(self, *args: Any, **options: Any) -> None:
        prepare()
        match options["what"]:
            case "add":
                scopes = [tokens.Scope(scope) for scope in options["scope"] or [*tokens.Scope]]
                row, secret = tokens.add(options["name"], scopes, options["days"])
                self.stdout.write(f"{row.name} holds until {iso(row.expires_at)}; its secret:")
                self.stdout.write(secret)
            case "withdraw":
                row = tokens.withdraw(options["name"])
                self.stdout.write(f"{row.name} lets nobody in any more")
            case _:
                for row in Token.objects.order_by("name"):
                    self.stdout.write(_line(row))


def _line(row: Token) -> str:
    gone = f", withdrawn {iso(row.withdrawn_at)}" if row.withdrawn_at else ""
    return f"{row.name}: {', '.join(row.scopes)}, until {iso(row.expires_at)}{gone}"
