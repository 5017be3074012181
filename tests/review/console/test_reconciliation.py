"""A release against its answers, on its page, as a file and by the API."""

from __future__ import annotations

import csv
import io
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from blocking.models import Order, Receipt, ReceiptEntry
from cases.models import Case, Person
from cases.people import Role
from domain.gaps import Gap
from tests.people import person
from tests.records import NOON
from tests.review.api.conftest import program
from tests.review.console.conftest import client_of, own
from tests.sent import export_of, sent

pytestmark = pytest.mark.django_db
STRAY = str(uuid.uuid4())


@pytest.fixture
def supervisor(db: None) -> Person:
    return own(person("supervisor1", Role.SUPERVISOR))


@pytest.fixture
def orders(supervisor: Person) -> list[Order]:
    """Three entries: one unanswered, one refused and accepted, one accepted; and a stray answer."""
    found = sent("one.test", "two.test", "three.test")
    receipt = Receipt.objects.create(
        recipient="regulator", received_at=NOON + timedelta(days=1), received_by=supervisor,
        via="file", size=1, sha256="e" * 64,
    )  # fmt: skip
    for line, order, answer in (
        (2, found[1], "refused"), (3, found[1], "accepted"), (4, found[2], "accepted"),
    ):  # fmt: skip
        ReceiptEntry.objects.create(
            receipt=receipt, line=line, entry=str(order.request_id), order=order, answer=answer,
            outcome="applied",
        )  # fmt: skip
        Order.objects.filter(pk=order.pk).update(state="accepted")
    ReceiptEntry.objects.create(
        receipt=receipt, line=5, entry=STRAY, answer="accepted", outcome="unknown"
    )
    return found


def page(client: Client, order: Order, **query: str) -> str:
    answer = client.get(reverse("export_answers", args=[order.export_id]), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_counts_every_gap_and_shows_the_first(
    orders: list[Order], supervisor: Person
) -> None:
    client = client_of(supervisor)
    shown = page(client, orders[0])
    assert "one[.]test" in shown
    assert "two[.]test" not in shown
    assert (
        reverse("export_answers", args=[orders[0].export_id])
        in client.get(reverse("export", args=[orders[0].export_id])).content.decode()
    )
    twice = page(client, orders[0], gap=Gap.CONTRADICTING)
    assert "two[.]test" in twice
    assert "three[.]test" not in twice
    assert reverse("receipt", args=[Receipt.objects.get().pk]) in twice
    assert STRAY in page(client, orders[0], gap=Gap.UNKNOWN)


def test_the_file_holds_all_gaps(orders: list[Order], supervisor: Person) -> None:
    address = reverse("export_answers_csv", args=[orders[0].export_id])
    answer = client_of(supervisor).get(address)
    assert answer["Content-Disposition"] == 'attachment; filename="answers-regulator-1.csv"'
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = [(r["gap"], r["target"], r["answers"]) for r in csv.DictReader(io.StringIO(text))]
    assert rows == [
        ("unanswered", "one[.]test", ""),
        ("contradicting", "two[.]test", "refused accepted"),
        ("unknown", "", "accepted"),
    ]


def test_restricted_cases_are_in_none_of_it(orders: list[Order], supervisor: Person) -> None:
    Case.objects.filter(pk=orders[0].request.case_id).update(restricted=True)
    client = client_of(supervisor)
    assert "one[.]test" not in page(client, orders[0], gap=Gap.UNANSWERED)
    address = reverse("export_answers_csv", args=[orders[0].export_id])
    assert "one[.]test" not in b"".join(client.get(address).streaming_content).decode()


def test_what_was_not_released_has_no_such_page(supervisor: Person) -> None:
    waiting = export_of([], 2, state="built")
    client = client_of(supervisor)
    for name in ("export_answers", "export_answers_csv"):
        assert client.get(reverse(name, args=[waiting.pk])).status_code == 404
        assert client.get(reverse(name, args=[9_999])).status_code == 404


def test_tools_get_the_same(orders: list[Order]) -> None:
    asker = program(person("operator1", Role.OPERATOR))
    told = asker.get("/reconciliation/regulator/1").json()
    assert (told["sent"], told["gaps"]["unanswered"], told["gaps"]["contradicting"]) == (3, 1, 1)
    (row,) = asker.get("/reconciliation/regulator/1/rows?gap=contradicting").json()["items"]
    assert (row["label"], [one["answer"] for one in row["said"]]) == (
        "two[.]test",
        ["refused", "accepted"],
    )
    assert asker.get("/reconciliation/regulator/2").status_code == 404
    first, second = asker.get("/reconciliation").json()["items"]
    assert (first["owed"], first["named"]) == ("answer", ["host one[.]test"])
    assert (second["owed"], second["count"]) == ("not_sent", 3), "no case stands requested"
