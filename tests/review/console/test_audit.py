"""The audit chain as pages and files."""

from __future__ import annotations

import json

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases import audit
from cases.models import AuditEvent, Case
from cases.people import Role
from domain.states import CaseState
from tests.people import analyst
from tests.records import case_in
from tests.review.console.conftest import client_of, own

pytestmark = pytest.mark.django_db
XSS = "<script>alert(1)</script>"


def event(action: str = "x.y", subject: str = "run:1", actor: str = "ann", **details: object):
    with transaction.atomic():
        return audit.append(action, subject, actor=actor, details=details)


def test_the_page_shows_events_and_keeps_the_filter(client_in) -> None:
    for _ in range(60):
        event()
    client = client_in(Role.AUDITOR)
    answer = client.get(reverse("audit"), {"actor": "ann"})
    assert len(answer.context["lines"]) == 50
    older = answer.context["older"]
    assert older.startswith("actor=ann&before=")
    assert len(client.get(f"{reverse('audit')}?{older}").context["lines"]) == 10
    text = answer.content.decode()
    assert '<input type="hidden" name="actor" value="ann">' in text


def test_looking_is_not_recorded(client_in) -> None:
    client = client_in(Role.AUDITOR)
    before = AuditEvent.objects.count()
    client.get(reverse("audit"))
    client.post(reverse("audit_verify"))
    assert AuditEvent.objects.count() == before


def test_what_is_taken_out_is_recorded(client_in) -> None:
    event(n=1)
    client = client_in(Role.SUPERVISOR, "sue")
    answer = client.post(reverse("audit_export"), {"actor": "ann", "form": "jsonl"})
    assert answer.streaming
    lines = [json.loads(line) for line in answer.getvalue().decode().splitlines()]
    assert [(line["actor"], line["details"]) for line in lines] == [("ann", {"n": 1})]
    answer = client.post(reverse("audit_export"), {"form": "csv"})
    assert answer.streaming
    assert answer.getvalue().decode().startswith('\ufeff"seq","at","actor"')
    told = AuditEvent.objects.filter(action="audit.exported", actor="sue").order_by("seq")
    assert [one.details["format"] for one in told] == ["jsonl", "csv"]
    assert told[0].details["filter"] == {"actor": "ann"}


def test_what_cannot_be_read_is_refused(client_in) -> None:
    client = client_in(Role.AUDITOR)
    for given in ({"form": "xml"}, {}, {"form": "csv", "first": "yesterday"}):
        assert client.post(reverse("audit_export"), given).status_code == 400
    assert not AuditEvent.objects.filter(action="audit.exported").exists()
    for given in (
        {"first": "x"},
        {"first": "2026-03-02", "last": "2026-03-01"},
        {"actor": "a" * 201},
    ):
        assert client.get(reverse("audit"), given).status_code == 422
    for given in ({"before": "x"}, {"after": "9" * 40}, {"before": "²"}, {"actor": "a\x00"}):
        assert client.get(reverse("audit"), given).status_code in {200, 422}


def test_what_events_say_is_shown_as_text(client_in) -> None:
    event(f"a{XSS}"[:60], f"run:{XSS}", XSS, reason=f"{XSS} \u202egpj http://evil.test/a")
    text = client_in(Role.AUDITOR).get(reverse("audit")).content.decode()
    assert XSS not in text
    assert text.count("&lt;script&gt;") >= 4
    assert "\u202e" not in text
    assert "hxxp://evil[.]test/a" in text


def test_the_chain_is_verified(client_in) -> None:
    case = case_in(CaseState.IN_REVIEW, "host:shop.test")
    client = client_in(Role.AUDITOR)
    text = client.post(reverse("audit_verify")).content.decode()
    assert "The chain holds" in text
    Case.objects.filter(pk=case.pk).update(state=CaseState.DISMISSED)
    text = client.post(reverse("audit_verify")).content.decode()
    assert "BROKEN" in text
    assert f"case:{case.pk} is dismissed" in text


def test_the_restricted_queue_is_left_out(client_in) -> None:
    case = case_in(CaseState.IN_REVIEW, "host:hidden.test")
    Case.objects.update(restricted=True)
    client = client_in(Role.SUPERVISOR)
    text = client.get(reverse("audit")).content.decode()
    assert f"case:{case.pk}" not in text
    assert "2 events of the restricted queue are left out" in text
    file = client.post(reverse("audit_export"), {"form": "csv"}).getvalue().decode()
    assert f"case:{case.pk}" not in file
    assert "hidden" not in file
    text = client.get(reverse("audit"), {"subject": f"case:{case.pk}"}).content.decode()
    assert "of the restricted queue" not in text


def test_forms_of_other_sites_are_refused() -> None:
    client = client_of(own(analyst()))
    client.handler.enforce_csrf_checks = True
    for name in ("audit_export", "audit_verify"):
        assert client.post(reverse(name), {"form": "csv"}).status_code == 403


def test_the_number_of_queries_does_not_grow(client_in) -> None:
    client = client_in(Role.AUDITOR)
    counted = []
    for more in (3, 120):
        for n in range(more):
            event(other=f"host:shop{n}.test")
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("audit"))
        counted.append(len(queries))
    assert counted[0] == counted[1] <= 16, counted
