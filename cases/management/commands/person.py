from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from cases.models import Person
from cases.people import (
    Role,
    add_person,
    change_group,
    change_password,
    change_recipient,
    check_name,
    person_called,
    switch,
)
from cases.signing_in import new_password
from domain.errors import InputError

_ACTOR = "operator:console"


class Command(BaseCommand):
    help = "People who sign in: add, list, password, group, recipient, off, on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        what.add_parser("list", help="who there is, with groups")
        for name, text in (
            ("add", "add a person"),
            ("password", "give a person another password"),
            ("group", "put a person into another group"),
            ("recipient", "whose exports and receipts a person of the regulator's group has"),
            ("off", "let a person sign in no more"),
            ("on", "let a person sign in again"),
        ):
            sub = what.add_parser(name, help=text)
            sub.add_argument("name", help="2 to 60 small letters a-z, digits and . _ -")
            if name in {"add", "group"}:
                sub.add_argument("--group", required=True, choices=[role.value for role in Role])
            if name == "recipient":
                sub.add_argument("recipient", help="a recipient of the settings, or none")
            if name == "add":
                sub.add_argument(
                    "--recipient",
                    default="none",
                    metavar="NAME",
                    help="for the regulator's group: whose exports and receipts the person has",
                )
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
                self._add(options["name"], Role(options["group"]), options)
            case what:
                self.stdout.write(self._change(what, person_called(options["name"]), options))

    def _list(self) -> None:
        for person in Person.objects.prefetch_related("groups").order_by("username"):
            groups = ", ".join(sorted(group.name for group in person.groups.all()))
            of = f" of {person.recipient}" if person.recipient else ""
            off = "" if person.is_active else "  (off)"
            self.stdout.write(f"{person.username}  {groups}{of}{off}")

    def _add(self, name: str, role: Role, options: dict[str, Any]) -> None:
        check_name(name)  # before anybody types a password for it
        recipient = _recipient(options["recipient"])
        password = new_password(name, options["password_file"])
        add_person(name, password, role, actor=_ACTOR, recipient=recipient)
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
            case "recipient":
                change_recipient(person, _recipient(options["recipient"]), actor=_ACTOR)
                return f"{name} is of {person.recipient or 'no recipient'}"
            case _:
                switch(person, active=what == "on", actor=_ACTOR)
                return f"{name} is {what}"


def _recipient(name: str) -> str:
    """The recipient called ``name`` in the settings, "" for none. Raises InputError."""
    if name == "none":
        return ""
    names = [recipient.name for recipient in settings.NARCOWATCH.blocking.recipients]
    if name not in names:
        raise InputError(f"no recipient is called {name!r}: {', '.join(names) or 'none'}")
    return name
