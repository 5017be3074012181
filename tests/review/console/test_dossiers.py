"""A dossier from the console: asked for in a form, made beside it, and downloaded."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from playwright.sync_api import Page, expect

from cases.models import Case, Family, Person
from cases.people import Role
from domain.clock import utc_now
from domain.states import CaseState
from review.dossier import job
from review.models import DossierRow
from tests.records import NOON, case_in
from tests.review.console.browsing import browse
from tests.review.console.conftest import client_of
from tests.review.console.served import Served
from tests.review.console.test_story import signed_in

GIVEN = {"handed_to": "Investigators", "purpose": "a case", "language": "ru"}


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What would be made beside the console: a child sees no record of a test's transaction."""
    asked: list[int] = []
    monkeypatch.setattr(job, "start", asked.append)
    return asked


def test_a_person_asks_for_one_and_downloads_it(console: Served, tmp_path: Path) -> None:
    console.seed("people", "analyst1:analyst")
    console.seed("waiting", "1")
    case = console.seed("evident")

    def story(page: Page) -> Path:
        signed_in(page, "analyst1")
        page.goto(f"/cases/{case}")
        page.get_by_role("link", name="Make a dossier").click()
        page.get_by_label("Who gets it").fill("Investigators <b>of Almaty</b>")
        page.get_by_label("What for").fill("criminal case 12/34")
        page.get_by_label("Language").select_option("kk")
        page.get_by_role("button", name="Make it").click()
        for _ in range(120):
            if page.get_by_role("link", name="Download the archive").count():
                break
            page.wait_for_timeout(500)
            page.get_by_role("link", name="Look again").click()
        expect(page.get_by_text("Investigators <b>of Almaty</b>")).to_be_visible()
        with page.expect_download() as coming:
            page.get_by_role("link", name="Download the archive").click()
        kept = tmp_path / coming.value.suggested_filename
        coming.value.save_as(kept)
        return kept

    archive = browse(story, console.url)
    assert archive.name == "dossier-000001.zip"
    rows = console.rows("select state, sha256 from review_dossierrow")
    assert rows == [("made", hashlib.sha256(archive.read_bytes()).hexdigest())]
    events = console.rows(
        "select action, actor from cases_auditevent where action like 'dossier%' order by seq"
    )
    assert events == [("dossier.handed_over", "analyst1"), ("dossier.downloaded", "analyst1")]


@pytest.mark.django_db
def test_what_is_missing_is_named_and_nothing_begins(analyst1: Person, started: list[int]) -> None:
    case = case_in(CaseState.CONFIRMED)
    client = client_of(analyst1)
    address = reverse("case_dossier", args=[case.pk])
    for wrong in ({"purpose": " "}, {"language": "de"}, {"cards": "on", "cards_reason": ""}):
        answer = client.post(address, {**GIVEN, **wrong})
        assert answer.status_code == 422, wrong
    assert not DossierRow.objects.exists()
    answer = client.post(address, {**GIVEN, "cards": "on", "cards_reason": "the bank"})
    row = DossierRow.objects.get()
    assert answer["Location"] == reverse("dossier", args=[row.pk])
    assert (started, row.cards_reason, row.pictures) == ([row.pk], "the bank", False)
    again = client.post(address, GIVEN)
    assert again.status_code == 422
    assert "Another dossier of yours is being made" in again.content.decode()


@pytest.mark.django_db
def test_a_reason_without_the_tick_shows_no_cards(analyst1: Person, started: list[int]) -> None:
    case = case_in(CaseState.CONFIRMED)
    client_of(analyst1).post(
        reverse("case_dossier", args=[case.pk]), {**GIVEN, "cards_reason": "x"}
    )
    assert DossierRow.objects.get().cards_reason == ""


@pytest.mark.django_db
def test_one_that_failed_says_why_and_is_made_again(analyst1: Person, started: list[int]) -> None:
    case = case_in(CaseState.CONFIRMED)
    row = DossierRow.objects.create(
        subject=f"case:{case.pk}", person=analyst1, asked_at=NOON, handed_to="a", purpose="b",
        language="en", state="failed", problem="the evidence is <gone>",
    )  # fmt: skip
    row.cases.add(case)
    client = client_of(analyst1)
    page = client.get(reverse("dossier", args=[row.pk])).content.decode()
    assert "the evidence is &lt;gone&gt;" in page
    assert "Make it again" in page
    client.post(reverse("dossier_again", args=[row.pk]))
    assert started == [row.pk]
    assert client.get(reverse("dossier_file", args=[row.pk])).status_code == 404


@pytest.mark.django_db
def test_another_person_makes_it_not_again(
    analyst1: Person, analyst2: Person, started: list[int]
) -> None:
    case = case_in(CaseState.CONFIRMED)
    client_of(analyst1).post(reverse("case_dossier", args=[case.pk]), GIVEN)
    (number,) = started
    client = client_of(analyst2)
    assert client.post(reverse("dossier_again", args=[number])).status_code == 404
    assert "Make it again" not in client.get(reverse("dossier", args=[number])).content.decode()


@pytest.mark.django_db
def test_the_list_asks_the_record_as_often_for_forty_as_for_two(
    analyst1: Person, client_in, django_assert_num_queries
) -> None:
    def some(count: int) -> None:
        for _ in range(count):
            number = DossierRow.objects.count()
            row = DossierRow.objects.create(
                subject="case:1", person=analyst1, asked_at=utc_now(), handed_to="a", purpose="b",
                language="en",
            )  # fmt: skip
            row.cases.add(*(case_in(CaseState.CONFIRMED, f"host:s{number}-{n}.test").pk
                            for n in range(3)))  # fmt: skip

    client = client_in(Role.SUPERVISOR)
    some(2)
    client.get(reverse("dossiers"))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("dossiers"))
    some(38)
    with django_assert_num_queries(len(few)):
        page = client.get(reverse("dossiers")).content.decode()
    assert page.count('<th scope="row">') == 40


@pytest.mark.django_db
def test_pages_lead_to_it_only_who_may_have_it(analyst1: Person, client_in) -> None:
    case = case_in(CaseState.CONFIRMED)
    family = Family.objects.create(founded_at=NOON)
    Case.objects.filter(pk=case.pk).update(family=family)
    addresses = {
        reverse("case", args=[case.pk]): reverse("case_dossier", args=[case.pk]),
        reverse("family", args=[family.pk]): reverse("family_dossier", args=[family.pk]),
    }
    analyst, auditor = client_of(analyst1), client_in(Role.AUDITOR)
    for address, link in addresses.items():
        assert f'href="{link}"' in analyst.get(address).content.decode()
        assert f'href="{link}"' not in auditor.get(address).content.decode()
    Case.objects.filter(pk=case.pk).update(state="in_review")
    for address, link in addresses.items():
        assert f'href="{link}"' not in analyst.get(address).content.decode()
        assert analyst.get(link).status_code == 404
