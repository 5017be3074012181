from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from cases.models import Person
from cases.people import (
    Role,
    add_person,
    change_group,
    change_password,
    check_name,
    person_called,
    switch,
)
from cases.signing_in import new_password

_ACTOR = "operator:console"


class Command(BaseCommand):
    help = "People who sign in: add, list, password, group, off, on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        what.add_parser("list", help="who there is, with groups")
        for name, text in (
            ("add", "add a person"),
            ("password", "give a person another password"),
            ("group", "put a person into another group"),
            ("off", "let a person sign in no more"),
            ("on", "let a person sign in again"),
        ):
            sub = what.add_parser(name, help=text)
            sub.add_argument("name", help="2 to 60 small letters a-z, digits and . _ -")
            if name in {"add", "group"}:
                sub.add_argument("--group", required=True, choices=[role.value for role in Role])
            if name in {"add", "password"}:
                sub.add_argument(
                    "--password-file",
                    metavar="FILE",
                    help="the password, mode 0600, or - for standard input (default: ask twice)",
                )

    def handle(self, *args: Any, **options: Any) -> None:
        match options["what"]:
            case "list":
                self._list()
            case "add":
                self._add(options["name"], Role(options["group"]), options["password_file"])
            case what:
                self.stdout.write(self._change(what, person_called(options["name"]), options))

    def _list(self) -> None:
        for person in Person.objects.prefetch_related("groups").order_by("username"):
            groups = ", ".join(sorted(group.name for group in person.groups.all()))
            off = "" if person.is_active else "  (off)"
            self.stdout.write(f"{person.username}  {groups}{off}")

    def _add(self, name: str, role: Role, password_file: str | None) -> None:
        check_name(name)  # before anybody types a password for it
        add_person(name, new_password(name, password_file), role, actor=_ACTOR)
        self.stdout.write(f"{name} added to {role}")

    def _change(self, what: str, person: Person, options: dict[str, Any]) -> str:
        name = person.username
        match what:
            case "password":
                password = new_password(name, options["password_file"])
                change_password(person, password, actor=_ACTOR)
                return f"{name} has another password"
            case "group":
                change_group(person, Role(options["group"]), actor=_ACTOR)
                return f"{name} is in {options['group']}"
            case _:
                switch(person, active=what == "on", actor=_ACTOR)
                return f"{name} is {what}"
