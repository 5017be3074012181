"""Who may do what. Pages and commands call these; they hold no rule of their own."""

from __future__ import annotations

import re
from enum import StrEnum

from django.contrib.auth import authenticate
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
    person = authenticate(username=name, password=password)
    if not isinstance(person, Person):
        raise AccessError(f"no such person, wrong password, or not active: {name!r}")
    return person


def require(person: Person, roles: frozenset[Role], what: str) -> None:
    """Raise AccessError unless ``person`` is active and in one of ``roles``."""
    if not person.is_active or not person.groups.filter(name__in=[*roles]).exists():
        names = " or ".join(sorted(roles))
        raise AccessError(f"{person.username} may not {what}: needs the group {names}")


def add_person(name: str, password: str, role: Role, *, actor: str) -> Person:
    """Create a person in one group.

    Raises InputError for a name that is taken or could be taken for another, and for a weak
    password.
    """
    if not _NAME.fullmatch(name):
        raise InputError(
            f"a name is 2 to 60 small letters a-z, digits and . _ -, since another alphabet's "
            f"letters can look the same: {name!r}"
        )
    if Person.objects.filter(username__iexact=name).exists():
        raise InputError(f"there is a person called {name!r} already")
    person = Person(username=name)
    try:
        person.full_clean(exclude=["password"])
        validate_password(password, person)
    except ValidationError as error:
        raise InputError(f"person {name!r}: {' '.join(error.messages)}") from error
    person.set_password(password)
    with transaction.atomic():
        person.save()
        person.groups.add(Group.objects.get_or_create(name=role.value)[0])
        audit.append("person.added", f"person:{name}", actor=actor, details={"group": role.value})
    return person
