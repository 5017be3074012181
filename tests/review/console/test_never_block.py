"""The never-block list as pages and files."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from blocking import protected
from blocking.models import ProtectedName
from blocking.neverblock import Wanted
from blocking.safeguards import decision_warnings
from cases.models import Case, Person, Proposal
from cases.people import Role, person_called
from domain.clock import utc_now
from domain.states import CaseState
from tests.people import person
from tests.records import case_in
from tests.review.console.conftest import client_of, own
from tests.sent import sent

pytestmark = pytest.mark.django_db
SOON = utc_now().date() + timedelta(days=200)
GIVEN = {
    "name": "clinic.test", "category": "health", "below": "on", "reason": "a clinic",
    "source": "its letter, 12/3", "review_by": SOON.isoformat(),
}  # fmt: skip
XSS = "<script>alert(1)</script>"


@pytest.fixture
def supervising(client_in) -> Client:
    return client_in(Role.SUPERVISOR, "sue")


@pytest.fixture
def administering(client_in) -> Client:
    return client_in(Role.ADMINISTRATOR, "ada")


def put(name: str, by: Person, **changes: object) -> ProtectedName:
    values = {**GIVEN, "below": True, "review_by": SOON, "name": name, **changes}
    lists = apps.get_app_config("blocking").lists
    return protected.add(by, Wanted(**values), lists).row


def change(client: Client, row: ProtectedName, what: str, **given: str):
    return client.post(reverse("change_protected", args=[row.pk]), {"what": what, **given})


def requested(*hosts: str, number: int = 1) -> list[Case]:
    orders = sent(*hosts, number=number)
    cases = [order.request.case for order in orders]
    Case.objects.filter(pk__in=[case.pk for case in cases]).update(state=CaseState.REQUESTED)
    for order in orders:
        request = order.request
        request.valid_from, request.valid_until = utc_now() - timedelta(1), utc_now() + timedelta(9)
        request.save()
    return cases


def test_a_name_put_on_holds_at_once(administering: Client) -> None:
    case = case_in(CaseState.IN_REVIEW, "host:pay.clinic.test")
    assert decision_warnings(case) == []
    answer = administering.post(reverse("add_protected"), GIVEN, follow=True)
    assert "Protected from now on: clinic.test." in answer.content.decode()
    assert len(decision_warnings(case)) == 1
    page = administering.get(reverse("never_block"), {"origin": "own"}).content.decode()
    assert "its letter, 12/3" in page


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": "egov.kz"}, "already"),
        ({"name": "kz"}, "public suffix"),
        ({"name": f"{XSS}"}, "not a host name"),
        ({"reason": ""}, "required"),
        ({"category": "friends"}, "valid choice"),
        ({"review_by": "2001-01-01"}, "after today"),
        ({"review_by": "soon"}, "valid date"),
    ],
)
def test_what_is_wrong_is_refused_and_named(
    supervising: Client, changes: dict[str, str], said: str
) -> None:
    answer = supervising.post(reverse("add_protected"), {**GIVEN, **changes})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert XSS not in answer.content.decode()
    assert not ProtectedName.objects.exists()


def test_what_is_requested_is_listed_for_those_who_read_cases(
    supervising: Client, administering: Client
) -> None:
    (case, other) = requested("clinic.test", "shop.test")
    answer = administering.post(reverse("add_protected"), GIVEN, follow=True)
    page = answer.content.decode()
    assert "It covers 1 request that is in force." in page
    assert reverse("case", args=[case.pk]) not in page  # administrators read no cases
    row = ProtectedName.objects.get()
    page = supervising.get(reverse("protected_name", args=[row.pk])).content.decode()
    assert reverse("case", args=[case.pk]) in page
    assert reverse("case", args=[other.pk]) not in page
    assert "the gate refuses every export with it until its case is withdrawn" in page
    assert "regulator: sent, not answered" in page
    assert Proposal.objects.get().case == case
    Case.objects.filter(pk=case.pk).update(restricted=True)
    page = supervising.get(reverse("protected_name", args=[row.pk])).content.decode()
    assert "clinic[.]test" not in page
    assert "in force reach" not in page


def test_two_people_take_a_name_off(supervising: Client, administering: Client) -> None:
    row = put("clinic.test", person_called("sue"))
    assert change(supervising, row, "propose").status_code == 422
    assert change(supervising, row, "propose", reason="it closed").status_code == 302
    page = supervising.get(reverse("protected_name", args=[row.pk])).content.decode()
    assert 'value="withdraw"' not in page
    answer = change(supervising, row, "withdraw")
    assert answer.status_code == 422
    assert "another person" in answer.content.decode()
    page = administering.get(reverse("protected_name", args=[row.pk])).content.decode()
    assert 'value="withdraw"' in page
    assert change(administering, row, "withdraw").status_code == 302
    page = administering.get(reverse("protected_name", args=[row.pk])).content.decode()
    assert 'value="propose"' not in page
    assert "it closed" in page
    assert "withdrawal proposed" in page
    page = administering.get(reverse("never_block"), {"standing": "withdrawn"}).content.decode()
    assert "clinic.test" in page
    assert change(administering, row, "keep", reason="x").status_code == 422
    assert change(administering, ProtectedName(pk=9), "keep").status_code == 404
    assert change(administering, row, "delete").status_code == 422


def test_a_review_moves_its_date(supervising: Client) -> None:
    row = put("clinic.test", person_called("sue"))
    ProtectedName.objects.update(review_by=date(2026, 1, 1))
    page = supervising.get(reverse("never_block"), {"standing": "overdue"}).content.decode()
    assert "clinic.test" in page
    assert change(supervising, row, "review", reason="asked").status_code == 422
    given = {"reason": "asked", "review_by": SOON.isoformat()}
    assert change(supervising, row, "review", **given).status_code == 302
    page = supervising.get(reverse("never_block"), {"standing": "overdue"}).content.decode()
    assert "clinic.test" not in page


def test_others_read_it_and_change_nothing(client_in, supervising: Client) -> None:
    row = put("clinic.test", person_called("sue"))
    for role in (Role.ANALYST, Role.AUDITOR, Role.OPERATOR):
        client = client_in(role)
        page = client.get(reverse("never_block")).content.decode()
        assert "clinic.test" in page
        assert "add_protected" not in page
        assert reverse("add_protected") not in page
        page = client.get(reverse("protected_name", args=[row.pk])).content.decode()
        assert "<form" not in page.partition("<main")[2]


def test_own_names_come_first_and_pages_hold_all(client_in, supervising: Client) -> None:
    sue = person_called("sue")
    for n in range(60):
        put(f"a{n:02}.test", sue)
    client, names, number = client_in(Role.AUDITOR), [], 1
    while True:
        page = client.get(reverse("never_block"), {"page": number}).context["page"]
        names += [line.name for line in page.rows]
        assert len(page.rows) == 50 or not page.more
        if not page.more:
            break
        number += 1
    assert names[:60] == [f"a{n:02}.test" for n in range(60)]
    assert names[60:] == sorted(names[60:])
    assert len(names) == len(set(names)) > 500
    assert "egov.kz" in names


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({"text": "KASPI.k"}, {"kaspi.kz"}),
        ({"text": "clinic.t"}, {"clinic.test"}),
        ({"origin": "own"}, {"clinic.test"}),
        ({"origin": "own", "category": "banks"}, set()),
        ({"standing": "proposed"}, set()),
        (
            {"category": "friends", "origin": "x", "standing": "y", "text": "clinic.t"},
            {"clinic.test"},
        ),
    ],
)
def test_the_filter(supervising: Client, asked: dict[str, str], names: set[str]) -> None:
    put("clinic.test", person_called("sue"))
    page = supervising.get(reverse("never_block"), asked).context["page"]
    assert {line.name for line in page.rows} == names


def uploaded(client: Client, text: str | bytes):
    data = text.encode() if isinstance(text, str) else text
    return client.post(reverse("import_protected"), {"file": SimpleUploadedFile("names.csv", data)})


def test_a_file_is_taken_in_line_by_line(supervising: Client) -> None:
    (case,) = requested("b.test")
    text = (
        "name;category;below;reason;source;review_by\n"
        f"a.test;health;no;a clinic;a letter;{SOON}\n"
        f"b.test;health;;a clinic;a letter;{SOON}\n"
        f"egov.kz;government;yes;state;known;{SOON}\n"
        f"kz;government;yes;state;known;{SOON}\n"
        f"c.test;friends;yes;x;y;{SOON}\n"
        f"d.test;health;maybe;x;y;{SOON}\n"
        "e.test;health;yes;x;y;soon\n"
        f";health;yes;x;y;{SOON}\n"
        f"{XSS};health;yes;x;y;{SOON}\n"
    )
    answer = uploaded(supervising, text)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "2 names are protected from now on" in page
    assert "1 stood on the list already" in page
    assert "They cover 1 request" in page
    assert [one.line for one in answer.context["done"].problems] == [5, 6, 7, 8, 9, 10]
    for said in ("public suffix", "none of", "below is yes or no", "review_by is a date"):
        assert said in page
    assert XSS not in page
    rows = dict(ProtectedName.objects.values_list("name", "below"))
    assert rows == {"a.test": False, "b.test": True}
    assert Proposal.objects.get().case == case
    page = uploaded(supervising, text).content.decode()
    assert "0 names are protected" in page
    assert "3 stood on the list already" in page


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "Choose a file"),
        (b"\n\n", "holds no name"),
        (b"name,reason\na.test,x\n", "no column is called"),
        (b"x" * 1_000_001, "the most is 1000000"),
    ],
)
def test_a_file_that_is_none_is_refused(supervising: Client, data: bytes, said: str) -> None:
    answer = uploaded(supervising, data)
    assert answer.status_code in {200, 422}
    assert said in answer.content.decode()
    assert not ProtectedName.objects.exists()


def test_the_file_calculates_nothing_and_can_be_taken_in_again(supervising: Client) -> None:
    put("clinic.test", person_called("sue"), reason="=HYPERLINK(1)", source="@sum;=1+1")
    answer = supervising.get(reverse("never_block_csv"))
    assert answer.streaming
    text = answer.getvalue().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    (row,) = [row for row in rows if row["origin"] == "own"]
    assert (row["reason"], row["source"]) == ("'=HYPERLINK(1)", "'@sum;'=1+1")
    assert (row["name"], row["added_by"], row["review_by"]) == ("clinic.test", "sue", str(SOON))
    assert len(rows) > 500
    answer = supervising.get(reverse("never_block_csv"), {"origin": "own"})
    own_alone = answer.getvalue().decode("utf-8-sig")
    ProtectedName.objects.all().delete()
    assert "1 name is protected from now on" in uploaded(supervising, own_alone).content.decode()
    assert ProtectedName.objects.get().reason == "=HYPERLINK(1)"


def test_the_number_of_queries_does_not_grow(client_in, supervising: Client) -> None:
    sue, client = person_called("sue"), client_in(Role.AUDITOR)
    row, counted = put("clinic.test", sue), []
    made = 0
    for more in (2, 40):
        for n in range(made, made + more):
            put(f"a{n}.test", sue)
        requested(*(f"h{n}.clinic.test" for n in range(made, made + more)), number=more)
        made += more
        figures = []
        for address in (
            reverse("never_block"),
            reverse("protected_name", args=[row.pk]),
            reverse("never_block_csv"),
        ):
            with CaptureQueriesContext(connection) as queries:
                answer = client.get(address)
                if answer.streaming:
                    answer.getvalue()
            figures.append(len(queries))
        counted.append(figures)
    assert counted[0] == counted[1], counted
    assert max(counted[0]) <= 18, counted


def test_somebody_outside_reads_nothing() -> None:
    client = client_of(own(person("regulator1", Role.REGULATOR)))
    assert client.get(reverse("never_block")).status_code == 403
