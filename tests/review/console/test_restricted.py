"""The restricted queue: named readers alone, and addresses, times, digests and ways alone."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import AssessmentRow, AuditEvent, Capture, Case, DocumentRow, Person
from cases.people import Role, change_group, switch
from domain.clock import utc_now
from domain.errors import AccessError, FourEyesError, InputError, RuleError
from domain.states import CaseState
from review import restricted, restricted_readers
from review.models import Closing, HandOver, RestrictedReader
from tests.people import person
from tests.records import case_in, new_run
from tests.review.console.conftest import client_of, own

pytestmark = pytest.mark.django_db
SECRET = "words that nobody may read"
SOON = timedelta(days=30)


@pytest.fixture(autouse=True)
def quick_passwords(settings) -> None:
    """Argon2 takes its time on purpose; nothing here is about passwords."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def ada(db: None) -> Person:
    return own(person("ada", Role.ADMINISTRATOR))


@pytest.fixture
def sue(db: None) -> Person:
    return own(person("sue", Role.SUPERVISOR))


def granted(to: Person, ada: Person, sue: Person) -> RestrictedReader:
    ends = utc_now() + SOON
    row = restricted_readers.give(ada, to.username, reason="liaison officer", ends_at=ends)
    return restricted_readers.confirm(row.pk, sue)


def suspected(host: str, *, pages: int = 1, days_ago: int = 1) -> Case:
    """A restricted case with pages that are why, and one that is not."""
    case = case_in(CaseState.IN_REVIEW, f"host:{host}")
    Case.objects.filter(pk=case.pk).update(restricted=True)
    run = new_run()
    for n in range(pages + 1):
        capture = Capture.objects.create(
            run=run, target=case.target, url=f"http://{host}/{n}", url_hash=f"{case.pk}-{n}",
            fetched_at=utc_now() - timedelta(days=days_ago), egress="tor", outcome="ok",
            retention="pages", sha256=f"{case.pk:032x}{n:032x}",
        )  # fmt: skip
        document = DocumentRow.objects.create(
            capture=capture, target=case.target, title=SECRET, text=SECRET, text_sha256="0"
        )
        for model in ("one", "two"):
            AssessmentRow.objects.create(
                document=document, run=run, model=model, stage="linear", probability=0.5,
                label="x", role="other", restricted=n < pages,
            )  # fmt: skip
    return case


ADDRESSES = ("restricted", "restricted_case", "restricted_hand_over", "restricted_close",
             "restricted_list")  # fmt: skip


def ask(client: Client, name: str, case: Case):
    arguments = [case.pk] if name not in {"restricted", "restricted_list"} else []
    given = {"form": "csv", "to": "them", "reference": "1", "handed_at": "2026-01-01T10:00",
             "reason": "x"}  # fmt: skip
    if name in {"restricted", "restricted_case"}:
        return client.get(reverse(name, args=arguments))
    return client.post(reverse(name, args=arguments), given)


@pytest.mark.parametrize("role", Role)
def test_for_nobody_of_any_group_is_there_such_a_page(role: Role) -> None:
    case = suspected("bad.test")
    client = client_of(own(person("somebody", role)))
    missing = client.get("/there/is/nothing").status_code
    for name in ADDRESSES:
        assert ask(client, name, case).status_code == missing == 404
    assert not HandOver.objects.exists()
    assert not Closing.objects.exists()
    for page in ("home", "administration", "people", "restricted_readers"):
        text = client.get(reverse(page), follow=True).content.decode()
        assert f'href="{reverse("restricted")}"' not in text
        assert "bad" not in text


@pytest.mark.parametrize("role", sorted({*Role} - {Role.REGULATOR}))
def test_a_named_reader_of_any_group_of_the_house_reads_it(
    role: Role, ada: Person, sue: Person
) -> None:
    case, reader = suspected("bad.test"), own(person("reader", role))
    granted(reader, ada, sue)
    client = client_of(reader)
    text = client.get(reverse("restricted")).content.decode()
    assert "bad[.]test" in text
    assert f'href="{reverse("restricted")}"' in text  # in the bar
    text = ask(client, "restricted_case", case).content.decode()
    assert "hxxp://bad[.]test/0" in text
    assert f"{case.pk:032x}{0:032x}" in text
    assert re.search(r"Tor", text)
    for name in ("restricted_hand_over", "restricted_close"):
        assert ask(client, name, case).status_code == 302
    # The reader's other pages know nothing of it: the grant is for this queue alone.
    for page in ("case", "history"):
        assert client.get(reverse(page, args=[case.pk])).status_code in {403, 404}


def test_nothing_but_addresses_times_digests_and_ways(ada: Person, sue: Person) -> None:
    case, reader = suspected("bad.test"), own(person("reader", Role.ANALYST))
    granted(reader, ada, sue)
    Case.objects.filter(pk=case.pk).update(substances=["mdma"])
    client = client_of(reader)
    for name in ("restricted", "restricted_case", "restricted_list"):
        text = ask(client, name, case).content.decode()
        assert SECRET not in text
        assert "http://bad" not in text
        assert "mdma" not in text.lower()
        assert "<img" not in text
        assert f"{case.pk:032x}{1:032x}" not in text  # the page that is not why it is here


def test_a_case_that_is_not_restricted_is_not_here(ada: Person, sue: Person) -> None:
    other, reader = case_in(CaseState.IN_REVIEW), own(person("reader", Role.ANALYST))
    granted(reader, ada, sue)
    client = client_of(reader)
    for name in ("restricted_case", "restricted_hand_over", "restricted_close"):
        assert ask(client, name, other).status_code == 404
    assert "shop" not in client.get(reverse("restricted")).content.decode()


# Who is named.


def test_nobody_reads_before_another_has_confirmed(ada: Person, sue: Person) -> None:
    reader = own(person("reader", Role.ANALYST))
    ends = utc_now() + SOON
    row = restricted_readers.give(ada, "reader", reason="liaison", ends_at=ends)
    assert not restricted_readers.reads(reader)
    for one in (ada, reader):
        with pytest.raises(RuleError):
            restricted_readers.confirm(row.pk, one)
    assert not restricted_readers.reads(reader)
    restricted_readers.confirm(row.pk, sue)
    assert restricted_readers.reads(reader)
    with pytest.raises(RuleError, match="already"):
        restricted_readers.confirm(row.pk, sue)


def test_nobody_gives_or_confirms_it_for_the_own_name(ada: Person, sue: Person) -> None:
    ends = utc_now() + SOON
    with pytest.raises(FourEyesError):
        restricted_readers.give(ada, "ada", reason="me", ends_at=ends)
    row = restricted_readers.give(ada, "sue", reason="her", ends_at=ends)
    with pytest.raises(FourEyesError):
        restricted_readers.confirm(row.pk, sue)


@pytest.mark.parametrize("role", sorted({*Role} - {Role.ADMINISTRATOR}))
def test_administrators_alone_give_it(role: Role) -> None:
    person("reader", Role.ANALYST)
    somebody = person("somebody", role)
    with pytest.raises(AccessError):
        restricted_readers.give(somebody, "reader", reason="x", ends_at=utc_now() + SOON)


@pytest.mark.parametrize("role", sorted({*Role} - {Role.ADMINISTRATOR, Role.SUPERVISOR}))
def test_others_confirm_and_end_nothing(role: Role, ada: Person, sue: Person) -> None:
    row = granted(person("reader", Role.ANALYST), ada, sue)
    somebody = person("somebody", role)
    for step in (
        lambda: restricted_readers.confirm(row.pk, somebody),
        lambda: restricted_readers.end(row.pk, somebody, "x"),
        lambda: restricted_readers.grants(somebody),
    ):
        with pytest.raises(AccessError):
            step()


def test_it_ends(ada: Person, sue: Person) -> None:
    reader = own(person("reader", Role.ANALYST))
    row, client = granted(reader, ada, sue), client_of(reader)
    assert client.get(reverse("restricted")).status_code == 200
    RestrictedReader.objects.update(ends_at=utc_now())
    assert client.get(reverse("restricted")).status_code == 404
    with pytest.raises(RuleError, match="over"):
        restricted_readers.end(row.pk, sue, "x")
    row = granted(reader, ada, sue)
    assert client.get(reverse("restricted")).status_code == 200
    with pytest.raises(InputError):
        restricted_readers.end(row.pk, sue, " ")
    restricted_readers.end(row.pk, sue, "left the unit")
    assert client.get(reverse("restricted")).status_code == 404
    granted(reader, ada, sue)
    switch(reader, active=False, actor="test")
    assert not restricted_readers.reads(Person.objects.get(pk=reader.pk))
    switch(reader, active=True, actor="test")
    change_group(reader, Role.REGULATOR, actor="test")
    assert not restricted_readers.reads(Person.objects.get(pk=reader.pk))
    assert client.get(reverse("restricted")).status_code == 404


@pytest.mark.parametrize(
    ("name", "reason", "days", "said"),
    [
        ("nobody", "x", 30, "Nobody of the house"),
        ("reg", "x", 30, "Nobody of the house"),
        ("off", "x", 30, "Nobody of the house"),
        ("reader", " ", 30, "reason"),
        ("reader", "x", -1, "after now"),
        ("reader", "x", 400, "within"),
    ],
)
def test_what_is_no_grant(ada: Person, name: str, reason: str, days: int, said: str) -> None:
    person("reader", Role.ANALYST)
    person("reg", Role.REGULATOR)
    switch(person("off", Role.ANALYST), active=False, actor="test")
    ends = utc_now() + timedelta(days=days)
    with pytest.raises(InputError, match=said):
        restricted_readers.give(ada, name, reason=reason, ends_at=ends)
    assert not RestrictedReader.objects.exists()


def test_the_page_of_grants(ada: Person, sue: Person) -> None:
    person("reader", Role.ANALYST)
    admin, client = client_of(ada), client_of(sue)
    last = (utc_now() + SOON).date().isoformat()
    given = {"name": "reader", "reason": "liaison <b>", "last": last}
    assert admin.post(reverse("give_restricted"), given).status_code == 302
    assert admin.post(reverse("give_restricted"), given).status_code == 422  # it waits already
    assert admin.post(reverse("give_restricted"), {}).status_code == 422
    row = RestrictedReader.objects.get()
    change = reverse("change_restricted_reader", args=[row.pk])
    assert admin.post(change, {"what": "confirm"}).status_code == 422
    page = admin.get(reverse("restricted_readers")).content.decode()
    assert 'value="confirm"' not in page
    assert "liaison &lt;b&gt;" in page
    page = client.get(reverse("restricted_readers")).content.decode()
    assert 'value="confirm"' in page
    assert "give_restricted" not in page
    assert reverse("give_restricted") not in page
    assert client.post(change, {"what": "confirm"}).status_code == 302
    assert client.post(change, {"what": "delete"}).status_code == 422
    assert client.post(change, {"what": "end", "reason": "left"}).status_code == 302
    events = AuditEvent.objects.filter(action__startswith="restricted_reader").order_by("seq")
    assert [(one.action, one.actor, one.subject) for one in events] == [
        ("restricted_reader.given", "ada", "person:reader"),
        ("restricted_reader.confirmed", "sue", "person:reader"),
        ("restricted_reader.ended", "sue", "person:reader"),
    ]


# What is done there.


def test_a_case_is_handed_over_and_closed_and_opens_again(ada: Person, sue: Person) -> None:
    case, reader = suspected("bad.test"), own(person("reader", Role.ANALYST))
    granted(reader, ada, sue)
    client = client_of(reader)
    address = reverse("restricted_hand_over", args=[case.pk])
    bad = {"to": "hotline", "reference": "17/3", "handed_at": "2099-01-01T10:00"}
    assert client.post(address, bad).status_code == 422
    assert client.post(address, {"to": "hotline"}).status_code == 422
    assert not HandOver.objects.exists()
    given = {**bad, "handed_at": "2026-01-01T10:00"}
    text = client.post(address, given, follow=True).content.decode()
    assert "hotline" in text
    assert "17/3" in text
    state = Case.objects.get(pk=case.pk).state
    address = reverse("restricted_close", args=[case.pk])
    assert client.post(address, {}).status_code == 422
    assert client.post(address, {"reason": "handed over"}).status_code == 302
    assert client.post(address, {"reason": "again"}).status_code == 422
    assert Case.objects.get(pk=case.pk).state == state
    assert "bad[.]test" not in client.get(reverse("restricted")).content.decode()
    closed = client.get(reverse("restricted"), {"closed": "1"}).content.decode()
    assert "bad[.]test" in closed
    Capture.objects.filter(target=case.target).update(fetched_at=utc_now() + timedelta(hours=1))
    assert "bad[.]test" in client.get(reverse("restricted")).content.decode()


def test_every_step_is_in_the_chain_and_nobody_else_reads_it(ada: Person, sue: Person) -> None:
    case, reader = suspected("bad.test"), own(person("reader", Role.ANALYST))
    granted(reader, ada, sue)
    client = client_of(reader)
    for name in ("restricted_case", "restricted_hand_over", "restricted_close"):
        ask(client, name, case)
    ask(client, "restricted_list", case)
    rows = AuditEvent.objects.filter(action__startswith="restricted.").order_by("seq")
    assert [(one.action, one.actor, one.subject) for one in rows] == [
        ("restricted.opened", "reader", f"case:{case.pk}"),
        ("restricted.handed_over", "reader", f"case:{case.pk}"),
        ("restricted.closed", "reader", f"case:{case.pk}"),
        ("restricted.exported", "reader", "restricted"),
    ]
    text = client_of(sue).get(reverse("audit")).content.decode()
    assert "restricted.handed_over" not in text
    assert "bad" not in text


def test_the_list_to_be_handed_over(ada: Person, sue: Person) -> None:
    for host in ("bad.test", "worse.test", "closed.test"):
        suspected(host, pages=2)
    reader = own(person("reader", Role.AUDITOR))
    granted(reader, ada, sue)
    closed = Case.objects.get(target__value="closed.test")
    restricted.close(closed.pk, reader, "handed over")
    client = client_of(reader)
    answer = client.post(reverse("restricted_list"), {"form": "csv"})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0] == list(restricted.HEADERS)
    assert len(rows) == 1 + 4
    assert {row[2] for row in rows[1:]} == {
        f"hxxp://{host}[.]test/{n}" for host in ("bad", "worse") for n in (0, 1)
    }
    assert all(re.fullmatch("[0-9a-f]{64}", row[4]) for row in rows[1:])
    answer = client.post(reverse("restricted_list"), {"form": "pdf"})
    assert answer.content.startswith(b"%PDF")
    assert client.post(reverse("restricted_list"), {"form": "xml"}).status_code == 400


def test_the_number_of_queries_does_not_grow(ada: Person, sue: Person) -> None:
    reader = own(person("reader", Role.ANALYST))
    granted(reader, ada, sue)
    client, counted = client_of(reader), []
    for many in (2, 30):
        for n in range(many):
            case = suspected(f"bad{many}-{n}.test", pages=many)
        figures = []
        for name in ("restricted", "restricted_case", "restricted_list"):
            with CaptureQueriesContext(connection) as queries:
                ask(client, name, case)
            figures.append(len(queries))
        counted.append(figures)
    assert counted[0] == counted[1], counted
    assert max(counted[0]) <= 25, counted
