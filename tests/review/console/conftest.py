"""People who have signed in fully, and cases that wait for them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice

from cases.models import Person
from cases.people import Role
from review.console.account import BEGAN
from tests.people import person
from tests.review.console.served import Served, new_record, serving


@pytest.fixture(autouse=True)
def unspoken() -> Iterator[None]:
    """A request leaves its language with the thread; the next test begins in the usual one."""
    yield
    translation.deactivate()


def own(somebody: Person) -> Person:
    somebody.own_password = True
    somebody.save(update_fields=["own_password"])
    return somebody


def client_of(somebody: Person, **headers: str) -> Client:
    """A browser in which ``somebody`` has given password and code."""
    client = Client(headers=headers)
    client.force_login(somebody, backend="django.contrib.auth.backends.ModelBackend")
    device = TOTPDevice.objects.create(user=somebody, confirmed=True, name="test")
    session = client.session
    session[BEGAN] = time.time()
    session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session.save()
    return client


@pytest.fixture
def client_in():
    """Makes a person of a group, and their browser."""

    def make(role: Role, name: str = "") -> Client:
        return client_of(own(person(name or f"{role}1", role)))

    return make


@pytest.fixture
def analyst1(db: None) -> Person:
    return own(person("analyst1", Role.ANALYST))


@pytest.fixture
def analyst2(db: None) -> Person:
    return own(person("analyst2", Role.ANALYST))


@pytest.fixture(scope="session")
def empty_record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new_record(tmp_path_factory.mktemp("console") / "empty")


@pytest.fixture
def console(empty_record: Path, tmp_path: Path) -> Iterator[Served]:
    with serving(empty_record, tmp_path / "data") as served:
        yield served
