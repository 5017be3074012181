"""Tips and appeals on the console's pages: what strangers wrote stays text."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from blocking.models import Appeal
from cases.models import AuditEvent, Case, Tip
from cases.people import Role
from cases.tips import Origin, take
from domain.candidates import Candidate, Why
from domain.targets import parse_key
from tests.records import NOON, new_run
from tests.sent import sent

pytestmark = pytest.mark.django_db
ATTACK = "<script>alert(1)</script><img src=x onerror=alert(1)>\u202egpj.exe"


def told(host: str, text: str = "", sender: int = 1) -> None:
    candidate = Candidate(parse_key(f"host:{host}"), Why.TIP, url=f"http://{host}/", note=text)
    take(new_run(), candidate, Origin(f"{host}/{sender}", "page", NOON, text))


def upload(client: Client, data: bytes):
    file = SimpleUploadedFile("tips.csv", data, content_type="text/csv")
    return client.post(reverse("upload_tips"), {"file": file})


def test_what_senders_write_is_text(client_in) -> None:
    told("xn--spi-4ed7d.test", ATTACK)
    page = client_in(Role.ANALYST).get(reverse("tips")).content.decode()
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page
    assert "\u202e" not in page
    assert "\\u202e" in page
    assert "xn--spi-4ed7d[.]test" in page  # lookalike letters show in the canonical name


def test_tips_are_merged_and_those_of_restricted_cases_are_not_shown(client_in) -> None:
    for sender in range(3):
        told("many.test", sender=sender)
    told("withheld.test")
    Case.objects.filter(target__value="withheld.test").update(restricted=True)
    page = client_in(Role.AUDITOR).get(reverse("tips"))
    assert "withheld" not in page.content.decode()
    (line,) = page.context["page"].rows
    assert (line.senders, line.state) == (3, "new")


def test_an_operator_sees_no_cases(client_in) -> None:
    told("shop.test")
    page = client_in(Role.OPERATOR).get(reverse("tips"))
    (line,) = page.context["page"].rows
    assert (line.case_id, line.state) == (None, "")
    assert "/cases/" not in page.content.decode()


def test_the_number_of_queries_does_not_grow(client_in) -> None:
    client, counted = client_in(Role.ANALYST), []
    for n in range(1, 31):
        told(f"s{n}.test", "words")
        if n in {1, 30}:
            with CaptureQueriesContext(
                connection,
            ) as caught:
                client.get(reverse("tips"))
            counted.append(len(caught))
    assert counted[0] == counted[1]


def test_each_line_of_a_file_is_taken_or_named(client_in) -> None:
    client = client_in(Role.OPERATOR)
    data = f"url,note\nhttp://one.test,sells\nnothing,{ATTACK}\nhttp://two.test,\n".encode()
    page = upload(client, data)
    done = page.context["done"]
    assert (done.noted, done.new_targets, done.known) == (2, 2, 0)
    assert [line for line, _, _ in done.problems] == [3]
    assert "<script>alert" not in page.content.decode()
    assert {tip.target.value for tip in Tip.objects.all()} == {"one.test", "two.test"}
    (event,) = AuditEvent.objects.filter(action="tips.noted")
    assert event.actor == "operator1"
    again = upload(client, data).context["done"]
    assert (again.noted, again.known) == (0, 2)
    assert {tip.senders for tip in Tip.objects.all()} == {1}


def test_a_file_that_is_too_large_is_refused(client_in, settings) -> None:
    blocking = settings.NARCOWATCH.blocking.model_copy(update={"receipt_max_bytes": 1_000})
    settings.NARCOWATCH = settings.NARCOWATCH.model_copy(update={"blocking": blocking})
    client = client_in(Role.ANALYST)
    assert upload(client, b"url\n" + b"http://a.test\n" * 500).status_code == 422
    assert upload(client, b"x" * 1_100_000).status_code in {400, 413}
    assert client.post(reverse("upload_tips")).status_code == 422
    assert Tip.objects.count() == 0


def test_uploads_and_decisions_of_other_sites_are_refused(client_in) -> None:
    checking = Client(enforce_csrf_checks=True)
    checking.cookies = client_in(Role.ANALYST).cookies
    assert upload(checking, b"url\nhttp://a.test\n").status_code == 403
    row = appeal_about("shop.test")
    checking.cookies = client_in(Role.SUPERVISOR).cookies
    given = {"decision": "rejected", "reason": "no"}
    assert checking.post(reverse("decide_appeal", args=[row.pk]), given).status_code == 403


def appeal_about(about: str, case: Case | None = None) -> Appeal:
    return Appeal.objects.create(
        key=about[:80], run=new_run(), received_at=NOON, due_at=NOON + timedelta(days=15),
        about=about, asks="lift", grounds=ATTACK, contact=ATTACK, case=case,
    )  # fmt: skip


def test_an_appeal_is_read_and_decided(client_in) -> None:
    (order,) = sent("shop.test")
    row = appeal_about(f"http://shop.test/{ATTACK}", order.request.case)
    client = client_in(Role.SUPERVISOR)
    for address in (reverse("appeals"), reverse("appeal", args=[row.pk])):
        page = client.get(address).content.decode()
        assert "<script>alert" not in page
        assert "<img" not in page
        assert "\u202e" not in page
    assert "shop[.]test" in page
    where = reverse("decide_appeal", args=[row.pk])
    assert client.post(where, {"decision": "upheld"}).status_code == 422
    answer = client.post(where, {"decision": "upheld", "reason": ATTACK, "answer": "yes"})
    assert answer.status_code == 302
    page = client.get(reverse("appeal", args=[row.pk])).content.decode()
    assert "<script>alert" not in page
    assert "supervisor1" in page
    assert client.post(where, {"decision": "rejected", "reason": "x"}).status_code == 422
