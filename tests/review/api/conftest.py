"""Programs that show tokens, asked without a server."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from django.test import Client

from cases.models import Person
from cases.people import Role, change_recipient
from review import tokens
from review.api import bearer
from review.api.failures import Failures
from review.tokens import Scope
from tests.blocking.conftest import quick_passwords  # noqa: F401  # a fixture
from tests.people import person
from tests.review.console.conftest import empty_record  # noqa: F401  # a fixture

ROOT = "/api/v1"


@pytest.fixture(autouse=True)
def no_bad_token_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bad tokens of other tests do not count in this one."""
    monkeypatch.setattr(bearer, "_FAILURES", Failures())


def secret_of(somebody: Person, scopes: Sequence[str] = (), days: int = 7) -> str:
    """A new token of ``somebody``; with no scopes named, with all that the person may have."""
    wanted = [*scopes] or [scope.value for scope in tokens.scopes_for(somebody)]
    return tokens.make(somebody, "a program", wanted, days, most_days=90).secret


class Program:
    """Asks the API with a token."""

    def __init__(self, secret: str = "") -> None:
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        self._client = Client(headers=headers)

    def get(self, path: str, query: dict | None = None, **headers: str):
        return self._client.get(ROOT + path, query or {}, headers=headers)

    def post(self, path: str, body: object = None, **more):
        more.setdefault("content_type", "application/json")
        return self._client.post(ROOT + path, body, **more)


def program(somebody: Person, *scopes: Scope) -> Program:
    return Program(secret_of(somebody, scopes))


def of_recipient(recipient: str, name: str) -> Person:
    somebody = person(name, Role.REGULATOR)
    change_recipient(somebody, recipient, actor="test")
    return somebody


@pytest.fixture
def regulator(db: None) -> Person:
    return of_recipient("regulator", "regulator1")


@pytest.fixture
def theirs(regulator: Person) -> Program:
    return program(regulator)


@pytest.fixture
def reader(db: None) -> Program:
    """A supervisor's program, with all scopes of supervisors."""
    return program(person("supervisor1", Role.SUPERVISOR))
