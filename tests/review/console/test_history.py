"""What was fetched of a case and what changed, for those who may read it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import Capture, Case, DocumentRow, Person
from domain.states import CaseState
from tests.records import NOON, case_in, new_run
from tests.review.console.conftest import client_of

pytestmark = pytest.mark.django_db


def look(case: Case, days: int, text: str) -> DocumentRow:
    capture = Capture.objects.create(
        run=new_run(), target=case.target, url="http://shop.test/", url_hash="0",
        fetched_at=NOON + timedelta(days=days), egress="direct", outcome="ok", status=200,
        retention="pages", sha256=f"{days:064x}",
    )  # fmt: skip
    return DocumentRow.objects.create(
        capture=capture, target=case.target, text=text, text_sha256=f"{days:064x}"
    )


@pytest.fixture
def case(db: None) -> Case:
    return case_in(CaseState.IN_REVIEW)


def test_two_looks_are_compared_in_order_of_time(case: Case, analyst1: Person) -> None:
    new = look(case, 2, "цена <b>150</b>\u202e тг")
    old = look(case, 1, "цена <b>100</b> тг")
    client = client_of(analyst1)
    page = client.get(reverse("history", args=[case.pk])).content.decode()
    assert page.index(f'value="{new.pk}"') < page.index(f'value="{old.pk}"')
    assert "hxxp://shop[.]test/" in page
    answer = client.get(
        reverse("difference", args=[case.pk]), {"one": str(new.pk), "other": str(old.pk)}
    )
    page = answer.content.decode()
    assert "<del>100</del><ins>150</ins>" in page
    assert "&lt;b&gt;" in page
    assert "<b>100" not in page
    assert "\\u202e" in page


def test_what_is_too_long_to_be_compared_is_told(case: Case, analyst1: Person) -> None:
    one, other = look(case, 1, "a\n" * 2_003), look(case, 2, "a\n")
    asked = {"one": str(one.pk), "other": str(other.pk)}
    page = client_of(analyst1).get(reverse("difference", args=[case.pk]), asked).content.decode()
    assert "3 lines beyond these were not compared." in page


def test_texts_of_another_case_are_not_compared(case: Case, analyst1: Person) -> None:
    mine = look(case, 1, "a")
    others = look(case_in(CaseState.IN_REVIEW, "host:other.test"), 2, "secret")
    client = client_of(analyst1)
    for one, other in ((mine.pk, others.pk), (others.pk, others.pk), (mine.pk, mine.pk)):
        asked = {"one": str(one), "other": str(other)}
        assert client.get(reverse("difference", args=[case.pk]), asked).status_code == 404
    asked = {"one": "1 or 1", "other": ""}
    assert client.get(reverse("difference", args=[case.pk]), asked).status_code == 404


def test_erased_texts_are_no_more_compared(case: Case, analyst1: Person) -> None:
    one, other = look(case, 1, "a"), look(case, 2, "b")
    Capture.objects.filter(pk=one.capture_id).update(erased_at=NOON)
    asked = {"one": str(one.pk), "other": str(other.pk)}
    client = client_of(analyst1)
    assert client.get(reverse("difference", args=[case.pk]), asked).status_code == 404


def test_history_is_paged_and_asks_the_record_no_oftener(
    case: Case, analyst1: Person, django_assert_num_queries
) -> None:
    look(case, 0, "a")
    client = client_of(analyst1)
    address = reverse("history", args=[case.pk])
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for day in range(1, 60):
        look(case, day, "a")
    with django_assert_num_queries(len(few)):
        page = client.get(address).content.decode()
    assert page.count("<tr>") == 51
    assert client.get(address, {"page": "2"}).content.decode().count("<tr>") == 11
    assert client.get(address, {"page": "3"}).content.decode().count("<tr>") == 1
    assert client.get(address, {"page": "x"}).content.decode().count("<tr>") == 51  # the first
