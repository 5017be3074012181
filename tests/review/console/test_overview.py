"""The overview as page, files and paper."""

from __future__ import annotations

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import Case
from cases.people import Role
from domain.states import CaseState
from review.overview import TABLES
from tests.people import analyst, supervisor
from tests.records import NOON, case_in
from tests.review.deciding import decided
from tests.review.test_last_night import night

pytestmark = pytest.mark.django_db
XSS = "<script>alert(1)</script>"


def some_cases(first: int, count: int) -> None:
    people = [analyst(f"one{first}"), supervisor(f"two{first}")]
    regions = ["KZ-10", "KZ-75", "KZ-71"]
    for n in range(first, first + count):
        decided(
            f"shop{n}", [(person, "confirm") for person in people], regions=regions[: n % 4],
            substances=[f"substance{n % 7}"], langs=["ru"],
        )  # fmt: skip


def test_the_page_has_every_table_and_its_file(client_in) -> None:
    some_cases(0, 3)
    night()
    client = client_in(Role.ANALYST)
    text = client.get(reverse("overview"), {"weeks": "52"}).content.decode()
    for name in TABLES:
        assert f'id="{name}"' in text
        assert f'href="/overview/{name}.csv?weeks=52"' in text
        answer = client.get(reverse("overview_csv", args=[name]), {"weeks": "52"})
        assert answer["Content-Disposition"] == f'attachment; filename="{name}.csv"'
        assert answer.content.decode().startswith('\ufeff"')
    assert text.count("<svg") == 3  # a map, bars, and what their colours mean
    assert "style=" not in text
    assert client.get(reverse("overview_csv", args=["people"])).status_code == 404


def test_a_file_has_what_the_page_has(client_in) -> None:
    some_cases(0, 5)
    answer = client_in(Role.OPERATOR).get(reverse("overview_csv", args=["regions"]))
    text = answer.content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[0] == ["region", "put before people", "waiting", "dismissed", "confirmed"]
    assert ["Abai Region", "3", "0", "0", "3"] in rows
    assert len(rows) == 22


def test_unknown_weeks_are_the_usual_ones(client_in) -> None:
    client = client_in(Role.AUDITOR)
    for given in ("0", "9999999999", "-1", "x", "12;"):
        assert client.get(reverse("overview"), {"weeks": given}).context["overview"].weeks == 12


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.ADMINISTRATOR])
def test_who_reads_no_cases_gets_nothing_about_single_ones(client_in, role: Role) -> None:
    night()
    case = case_in(CaseState.IN_REVIEW, "host:shop.test")
    Case.objects.update(state=CaseState.ON_HOLD, hold_until=NOON, regions=["KZ-75"])
    client = client_in(role)
    text = client.get(reverse("overview")).content.decode()
    assert "1 hold is past its end." in text
    assert "silent[" not in text
    assert ".test" not in text
    assert reverse("case", args=[case.pk]) not in text
    assert reverse("case", args=[case.pk]) in client_in(Role.ANALYST).get(
        reverse("overview")
    ).content.decode()  # fmt: skip


def test_a_restricted_case_changes_nothing_on_the_page(client_in) -> None:
    some_cases(0, 2)
    client = client_in(Role.SUPERVISOR)

    def page() -> list[object]:
        context = client.get(reverse("overview"), {"weeks": "52"}).context
        return [table.rows for table, _, _ in context["sheets"]]

    before = page()
    some_cases(100, 1)
    assert page() != before
    Case.objects.filter(target__value="shop100.test").update(restricted=True)
    assert page() == before


def test_what_a_night_met_is_shown_as_text(client_in) -> None:
    silent = {"source": "host:a.test", "name": XSS, "coverage": "broken", "coverage_reason": XSS}
    night(same_failure=[XSS], lost_accounts=[XSS], sources=[silent])
    case = case_in(CaseState.IN_REVIEW, "host:b.test")
    Case.objects.filter(pk=case.pk).update(substances=[XSS, "=1+1"], regions=[XSS])
    client = client_in(Role.ANALYST)
    text = client.get(reverse("overview")).content.decode()
    assert XSS not in text
    assert text.count("&lt;script&gt;") >= 5
    file = client.get(reverse("overview_csv", args=["substances"])).content.decode()
    assert '"\'=1+1"' in file


def test_the_page_on_paper(client_in) -> None:
    some_cases(0, 2)
    night()
    client = client_in(Role.ANALYST, "one")
    answer = client.get(reverse("overview_pdf"))
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert "attachment" in answer["Content-Disposition"]


def test_the_number_of_queries_does_not_grow(client_in) -> None:
    client = client_in(Role.ANALYST)
    night()
    some_cases(0, 2)
    counted = []
    for first in (10, 20):
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("overview"))
        counted.append(len(queries))
        some_cases(first, 8)
    assert counted[0] == counted[1] <= 32, counted
