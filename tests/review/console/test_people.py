"""Administrators look after people, decide nothing, and leave a trace of every change."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django_otp.plugins.otp_totp.models import TOTPDevice

from cases.models import AuditEvent, Person
from cases.people import Role, person_called
from tests.people import PASSWORD, analyst, person
from tests.review.console.conftest import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client_in) -> Client:
    return client_in(Role.ADMINISTRATOR, "admin1")


def change(admin: Client, somebody: Person, **given: str):
    return admin.post(reverse("change_person", args=[somebody.pk]), given)


def groups(somebody: Person) -> list[str]:
    return list(somebody.groups.values_list("name", flat=True))


def test_somebody_new_has_to_choose_a_password(admin: Client) -> None:
    given = {"name": "analyst9", "group": "analyst", "password": PASSWORD}
    assert admin.post(reverse("add_person"), given).status_code == 302
    new = person_called("analyst9")
    assert (groups(new), new.own_password) == (["analyst"], False)
    event = AuditEvent.objects.get(action="person.added", subject="person:analyst9")
    assert event.actor == "admin1"
    assert PASSWORD not in str(event.details)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": "analyst9", "group": "analyst", "password": "short"}, "too short"),
        ({"name": "Аналитик", "group": "analyst", "password": PASSWORD}, "small letters"),
        ({"name": "analyst9", "group": "god", "password": PASSWORD}, "no such group"),
        ({"name": "admin1", "group": "analyst", "password": PASSWORD}, "already"),
        ({}, "small letters"),
    ],
)
def test_bad_input_is_refused_and_named(admin: Client, given: dict[str, str], said: str) -> None:
    given = {"group": "analyst", **given}
    answer = admin.post(reverse("add_person"), given)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert Person.objects.count() == 1


def test_every_change_is_made_and_traced(admin: Client) -> None:
    one = analyst("analyst1")
    client_of(one)
    change(admin, one, what="group", group="auditor")
    assert groups(one) == ["auditor"]
    change(admin, one, what="off")
    assert not person_called("analyst1").is_active
    change(admin, one, what="on")
    assert person_called("analyst1").is_active
    change(admin, one, what="authenticator")
    assert not TOTPDevice.objects.filter(user=one).exists()
    change(admin, one, what="password", password="a wholly other one 4")
    now = person_called("analyst1")
    assert now.check_password("a wholly other one 4")
    assert not now.own_password
    told = AuditEvent.objects.filter(subject="person:analyst1", actor="admin1").order_by("seq")
    assert list(told.values_list("action", flat=True)) == [
        "person.group_changed",
        "person.switched_off",
        "person.switched_on",
        "person.second_factor_removed",
        "person.password_changed",
    ]


def test_nobody_changes_the_own_group_or_locks_the_own_name_out(admin: Client) -> None:
    me = person_called("admin1")
    for what in ("group", "off", "authenticator", "password", "delete", ""):
        answer = change(admin, me, what=what, group="supervisor", password=PASSWORD)
        assert answer.status_code == 422
    assert groups(me) == ["administrator"]
    assert person_called("admin1").is_active
    assert change(admin, Person(pk=10_000), what="off").status_code == 404


def test_who_is_switched_off_is_out_at_once(admin: Client) -> None:
    client = client_of(person("analyst1", Role.ANALYST))
    change(admin, person_called("analyst1"), what="off")
    assert client.get(reverse("queue"))["Location"].startswith(reverse("sign_in"))
