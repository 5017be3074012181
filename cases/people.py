"""Who may do what. Pages and commands call these; they hold no rule of their own."""

from __future__ import annotations

import re
from enum import StrEnum

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from cases import audit
from cases.models import Person
from domain.errors import AccessError, InputError


class Role(StrEnum):
    """The groups of people."""

    ANALYST = "analyst"
    SUPERVISOR = "supervisor"
    OPERATOR = "operator"
    AUDITOR = "auditor"
    REGULATOR = "regulator"
    ADMINISTRATOR = "administrator"


_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,59}")
DECIDERS = frozenset({Role.ANALYST, Role.SUPERVISOR})
RELEASERS = frozenset({Role.SUPERVISOR})


def sign_in(name: str, password: str) -> Person:
    """The person called ``name``. Raises AccessError, the same for every cause."""
    person = ModelBackend().authenticate(None, username=name, password=password)
    if not isinstance(person, Person):
        raise AccessError(f"no such person, wrong password, or not active: {name!r}")
    return person


def may(person: Person, roles: frozenset[Role]) -> bool:
    """Whether ``person`` is active and in one of ``roles``."""
    return person.is_active and person.groups.filter(name__in=[*roles]).exists()


def names_in(roles: frozenset[Role]) -> list[str]:
    """The names of all active people in one of ``roles``, in order."""
    found = Person.objects.filter(is_active=True, groups__name__in=[*roles])
    return list(found.order_by("username").values_list("username", flat=True).distinct())


def roles_of(person: Person) -> frozenset[Role]:
    """The groups of an active person, in one query; none of one who is switched off."""
    names = person.groups.values_list("name", flat=True) if person.is_active else ()
    return frozenset(Role(name) for name in names if name in set(Role))


def require(person: Person, roles: frozenset[Role], what: str) -> None:
    """Raise AccessError unless ``person`` is active and in one of ``roles``."""
    if not may(person, roles):
        names = " or ".join(sorted(roles))
        raise AccessError(f"{person.username} may not {what}: needs the group {names}")


def check_name(name: str) -> None:
    """Raise InputError for a name that could be taken for another, or is taken."""
    if not _NAME.fullmatch(name):
        raise InputError(
            f"a name is 2 to 60 small letters a-z, digits and . _ -, since another alphabet's "
            f"letters can look the same: {name!r}"
        )
    if Person.objects.filter(username__iexact=name).exists():
        raise InputError(f"there is a person called {name!r} already")


def add_person(name: str, password: str, role: Role, *, actor: str, recipient: str = "") -> Person:
    """Create a person in one group; one of the regulator's may belong to a recipient.

    Raises InputError for a name that is taken or could be taken for another, and for a weak
    password.
    """
    check_name(name)
    _check_recipient(role, recipient)
    person = Person(username=name, recipient=recipient)
    try:
        person.full_clean(exclude=["password"])
    except ValidationError as error:
        raise InputError(f"person {name!r}: {'; '.join(error.messages)}") from error
    _give_password(person, password)
    with transaction.atomic():
        person.save()
        person.groups.add(_group(role))
        details = {"group": role.value, **({"recipient": recipient} if recipient else {})}
        audit.append("person.added", f"person:{name}", actor=actor, details=details)
    return person


def person_called(name: str) -> Person:
    """The person of that name. Raises InputError when there is none."""
    person = Person.objects.filter(username=name).first()
    if person is None:
        raise InputError(f"there is no person called {name!r}: `narcowatch person list` names all")
    return person


def change_password(person: Person, password: str, *, actor: str) -> None:
    """Give a person another password; sessions begun with the old one end. One that somebody else
    gave is to be changed at the next sign-in. Raises InputError for a weak one."""
    _give_password(person, password)
    person.own_password = actor == person.username
    with transaction.atomic():
        person.save(update_fields=["password", "own_password"])
        audit.append("person.password_changed", f"person:{person.username}", actor=actor)


def change_group(person: Person, role: Role, *, actor: str) -> None:
    """Put a person into another group, and out of those of before. Whoever leaves the regulator's
    belongs to no recipient any more."""
    before = sorted(person.groups.values_list("name", flat=True))
    with transaction.atomic():
        if role is not Role.REGULATOR and person.recipient:
            person.recipient = ""
            person.save(update_fields=["recipient"])
        person.groups.set([_group(role)])
        audit.append(
            "person.group_changed",
            f"person:{person.username}",
            actor=actor,
            details={"from": before, "to": role.value},
        )


def change_recipient(person: Person, recipient: str, *, actor: str) -> None:
    """Have a person of the regulator's group belong to a recipient; "" for none. Raises InputError
    for a person of another group."""
    held = person.groups.filter(name=Role.REGULATOR).exists()
    _check_recipient(Role.REGULATOR if held else None, recipient)
    before = person.recipient
    with transaction.atomic():
        person.recipient = recipient
        person.save(update_fields=["recipient"])
        audit.append(
            "person.recipient_changed",
            f"person:{person.username}",
            actor=actor,
            details={"from": before, "to": recipient},
        )


def _check_recipient(role: Role | None, recipient: str) -> None:
    if recipient and role is not Role.REGULATOR:
        raise InputError(f"only people of the group {Role.REGULATOR} belong to a recipient")


def switch(person: Person, *, active: bool, actor: str) -> None:
    """Let a person sign in, or not any more. What one decided before stays decided."""
    with transaction.atomic():
        person.is_active = active
        person.save(update_fields=["is_active"])
        action = "person.switched_on" if active else "person.switched_off"
        audit.append(action, f"person:{person.username}", actor=actor)


def _give_password(person: Person, password: str) -> None:
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise InputError(f"person {person.username!r}: {'; '.join(error.messages)}") from error
    person.set_password(password)


def _group(role: Role) -> Group:
    return Group.objects.get_or_create(name=role.value)[0]
