"""One set of people for all tests."""

from __future__ import annotations

from cases.models import Person
from cases.people import Role, add_person

PASSWORD = "correct horse battery 7"


def person(name: str, role: Role) -> Person:
    return add_person(name, PASSWORD, role, actor="test")


def analyst(name: str = "analyst") -> Person:
    return person(name, Role.ANALYST)


def supervisor(name: str = "supervisor") -> Person:
    return person(name, Role.SUPERVISOR)


def outsider(name: str = "outsider") -> Person:
    """Signed in, but in a group that may not see or decide cases."""
    return person(name, Role.REGULATOR)
