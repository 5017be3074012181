from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from cases.models import Person
from cases.people import Role, add_person
from cases.signing_in import read_password


class Command(BaseCommand):
    help = "Add a person to a group, or list the people."

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        what.add_parser("list", help="who there is, with groups")
        add = what.add_parser("add", help="add a person")
        add.add_argument("name")
        add.add_argument("--group", required=True, choices=[role.value for role in Role])
        add.add_argument(
            "--password-file", metavar="FILE", help="first password, or - for standard input"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "list":
            for person in Person.objects.prefetch_related("groups").order_by("username"):
                groups = ", ".join(sorted(group.name for group in person.groups.all()))
                self.stdout.write(f"{person.username}  {groups}")
            return
        name = options["name"]
        password = read_password(f"First password of {name}: ", options["password_file"])
        add_person(name, password, Role(options["group"]), actor="operator:console")
        self.stdout.write(f"{name} added to {options['group']}")
