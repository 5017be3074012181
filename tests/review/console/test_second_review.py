"""Second reviews as page and files."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import Case, DecisionRow
from cases.people import Role
from domain.clock import utc_now
from review.second_review import TABLES
from tests.people import analyst, supervisor
from tests.review.deciding import decided

pytestmark = pytest.mark.django_db


def doubly_decided(first: int, count: int) -> None:
    ann, bob = analyst(f"ann{first}"), supervisor(f"bob{first}")
    for n in range(first, first + count):
        decided(
            f"shop{n}", [(ann, "confirm"), (bob, "confirm" if n % 3 else "dismiss")], langs=["kk"]
        )
    DecisionRow.objects.update(decided_at=utc_now())


def test_the_page_has_every_table_and_its_file(client_in) -> None:
    doubly_decided(0, 6)
    client = client_in(Role.AUDITOR)
    answer = client.get(reverse("second_review"))
    text = answer.content.decode()
    for name in TABLES:
        assert f'id="{name}"' in text
        assert f'href="/second-review/{name}.csv?days=90"' in text
        assert client.get(reverse("second_review_csv", args=[name])).status_code == 200
    assert answer.context["tables"][0].rows[0][:4] == ("ann0", "bob0", 6, 4)
    assert client.get(reverse("second_review_csv", args=["no"])).status_code == 404


def test_a_restricted_case_counts_nowhere(client_in) -> None:
    doubly_decided(0, 1)
    Case.objects.update(restricted=True)
    tables = client_in(Role.SUPERVISOR).get(reverse("second_review")).context["tables"]
    assert [table.rows for table in tables[:3]] == [(), (), ()]


def test_the_number_of_queries_does_not_grow(client_in) -> None:
    client = client_in(Role.SUPERVISOR)
    counted = []
    for first in (0, 10):
        doubly_decided(first, 9)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("second_review"))
        counted.append(len(queries))
    assert counted[0] == counted[1] <= 17, counted
