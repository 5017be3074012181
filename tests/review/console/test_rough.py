"""Addresses and forms that nobody sends by the pages break none of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from django.urls import reverse
from django_otp.plugins.otp_totp.models import TOTPDevice

from cases.models import AuditEvent, Person
from cases.people import Role
from domain.states import CaseState
from review import leases
from review.console.asking import came_from
from tests.people import PASSWORD, person
from tests.records import case_in
from tests.review.console.conftest import client_of, own

pytestmark = pytest.mark.django_db
HUGE = "9" * 30


def test_numbers_beyond_every_record_are_none(analyst1: Person) -> None:
    client, case = client_of(analyst1), case_in(CaseState.IN_REVIEW)
    assert client.post(reverse("ahead"), {"case": HUGE}).status_code == 200
    assert client.post(reverse("ahead"), {"case": "9" * 5000}).status_code == 200
    where = reverse("difference", args=[case.pk])
    assert client.get(where, {"one": HUGE, "other": "1"}).status_code == 404
    assert client.get(reverse("history", args=[case.pk]), {"page": HUGE}).status_code == 200


@pytest.mark.parametrize("day", [{"first": "0001-01-01"}, {"last": "9999-12-31"}])
def test_days_that_no_zone_has_are_refused(client_in, day: dict[str, str]) -> None:
    assert client_in(Role.AUDITOR).get(reverse("audit"), day).status_code == 422


@pytest.mark.parametrize(
    ("asked", "led"),
    [
        ("abc", "/"),
        ("/cases/1/decide", "/cases/1"),
        ("/people/add", "/people"),
        ("/audit/verify", "/audit"),
        ("/audit?actor=one", "/audit?actor=one"),
        ("/nowhere/at/all", "/"),
        ("//elsewhere.test/", "/"),
    ],
)
def test_another_language_leads_to_a_page(analyst1: Person, asked: str, led: str) -> None:
    answer = client_of(analyst1).post(reverse("language"), {"language": "kk", "next": asked})
    assert (answer.status_code, answer["Location"]) == (302, led)


def test_a_long_search_is_forgotten_at_sign_in() -> None:
    answer = Client().get(reverse("search"), {"q": "мефедрон " * 60})
    assert (answer.status_code, answer["Location"]) == (302, reverse("sign_in"))


def test_a_code_is_asked_for_though_two_authenticators_wait() -> None:
    somebody = own(person("somebody", Role.ANALYST))
    for _ in range(2):
        TOTPDevice.objects.create(user=somebody, confirmed=False, name="authenticator")
    client = Client()
    client.post(reverse("sign_in"), {"name": "somebody", "password": PASSWORD})
    assert client.get(reverse("enrol")).status_code == 200


def test_a_password_alone_is_no_signing_in() -> None:
    own(person("somebody", Role.ANALYST))
    client = Client()
    client.post(reverse("sign_in"), {"name": "somebody", "password": PASSWORD})
    client.post(reverse("sign_out"))
    told = AuditEvent.objects.filter(actor="somebody").values_list("action", flat=True)
    assert [*told] == ["person.password_given", "person.signed_out"]


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::"),
        ("2001:db8:1:2:bbbb::9", "2001:db8:1:2::"),
        ("::1", "::1"),
        ("", ""),
    ],
)
def test_a_network_of_ipv6_is_one_sender(address: str, counted: str) -> None:
    assert came_from(RequestFactory().get("/", REMOTE_ADDR=address)) == counted


def test_signs_of_life_take_no_more_than_a_few_cases(analyst1: Person) -> None:
    cases = [case_in(CaseState.IN_REVIEW, f"host:a{n}.test") for n in range(8)]
    closed = case_in(CaseState.DISMISSED, "host:closed.test")
    lasting = timedelta(minutes=5)
    assert not leases.keep(closed.pk, analyst1, lasting)
    kept = [leases.keep(case.pk, analyst1, lasting) for case in cases]
    assert kept == [True] * leases.MOST_LEASES + [False] * (8 - leases.MOST_LEASES)
    assert leases.keep(cases[0].pk, analyst1, lasting)


@pytest.mark.parametrize(
    ("link", "why"),
    [
        ("http://10.0.0.1/", "an address of an inner network"),
        ("http://127.0.0.1/a", "an address of an inner network"),
        ("http://[fd00::1]/", "no host of the internet"),
    ],
)
def test_a_file_of_tips_takes_no_inner_address(client_in, link: str, why: str) -> None:
    file = SimpleUploadedFile("tips.csv", f"url\n{link}\n".encode())
    client = client_in(Role.ANALYST)
    assert why in client.post(reverse("upload_tips"), {"file": file}).content.decode()
