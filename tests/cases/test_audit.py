from __future__ import annotations

import pytest
from django.db import connection, transaction

from cases import audit
from cases.models import AuditEvent, AuditHead
from domain.errors import RecordError

pytestmark = pytest.mark.django_db


def three_events() -> None:
    with transaction.atomic():
        for number in range(3):
            audit.append("test.event", f"thing:{number}", actor="tester", details={"n": number})


def test_a_chain_that_nobody_touched_holds() -> None:
    three_events()
    report = audit.verify()
    assert report.holds
    assert report.length == 3
    assert report.head == AuditEvent.objects.get(seq=3).hash


def test_an_empty_chain_holds() -> None:
    assert audit.verify().holds


@pytest.mark.parametrize(
    ("sql", "complaint"),
    [
        ("UPDATE cases_auditevent SET actor='other' WHERE seq=2", "event 2 was changed"),
        ("UPDATE cases_auditevent SET details='{\"n\": 9}' WHERE seq=1", "event 1 was changed"),
        ("DELETE FROM cases_auditevent WHERE seq=2", "event 2 is missing"),
        ("DELETE FROM cases_auditevent WHERE seq=3", "its head says 3"),
        ("DELETE FROM cases_auditevent", "its head says 3"),
        (
            "UPDATE cases_auditevent SET details='{\"n\": 1' || printf('%05000d', 0) || '}'",
            "was changed",
        ),
        ("UPDATE cases_auditevent SET seq='x' WHERE seq=3", "numbered 'x'"),
    ],
)
def test_tampering_is_named(sql: str, complaint: str) -> None:
    three_events()
    with connection.cursor() as cursor:
        cursor.execute(sql)
    assert any(complaint in problem for problem in audit.verify().problems)


def test_a_rewritten_link_breaks_the_next() -> None:
    three_events()
    event = AuditEvent.objects.get(seq=2)
    event.actor = "other"
    AuditEvent.objects.filter(seq=2).update(actor="other", hash=audit.event_hash(event))
    assert audit.verify().problems == ("event 3 does not carry the hash of the one before",)


def test_events_cannot_be_changed_or_removed_through_the_model() -> None:
    three_events()
    event = AuditEvent.objects.get(seq=1)
    with pytest.raises(RecordError):
        event.save()
    with pytest.raises(RecordError):
        event.delete()


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_refused() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        audit.append("test.event", "thing:1", actor="tester")
    assert not AuditHead.objects.exists()
