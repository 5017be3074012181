"""What the chain alone cannot tell: a cut-off end, states and decisions that nothing explains."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from cases import audit, decisions
from cases.crosscheck import contradictions
from cases.models import AuditEvent, Case, DecisionRow
from domain.decisions import Jurisdiction, VerdictKind
from domain.states import CaseState
from tests import people
from tests.records import NOON, case_in, new_run

pytestmark = pytest.mark.django_db


def confirmed() -> Case:
    case = case_in(CaseState.IN_REVIEW)
    for person in (people.analyst(), people.supervisor()):
        decisions.decide(
            case.pk, person, decisions.Verdict(VerdictKind.CONFIRM, "", Jurisdiction.SELLS_IN)
        )
    return Case.objects.get()


def run_sql(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def test_a_record_that_was_kept_by_the_house_agrees() -> None:
    confirmed()
    assert contradictions() == []


def test_an_end_cut_off_with_its_head_is_told_by_a_report() -> None:
    run = new_run()
    confirmed()
    head = AuditEvent.objects.latest("seq").hash
    run.report = {"audit_head": head}
    run.save()
    assert contradictions([head]) == []
    run_sql("DELETE FROM cases_auditevent WHERE seq > 2")
    run_sql(
        "UPDATE cases_audithead SET seq = 2, "
        "hash = (SELECT hash FROM cases_auditevent WHERE seq = 2)"
    )
    assert audit.verify().holds, "the chain alone cannot tell"
    assert any(f"report of run {run.pk} is not in the chain" in one for one in contradictions())
    assert any("the head given is not in the chain" in one for one in contradictions([head]))


def test_a_chain_that_is_gone_is_told_by_the_record() -> None:
    confirmed()
    run_sql("DELETE FROM cases_auditevent")
    run_sql("DELETE FROM cases_audithead")
    assert audit.verify().holds
    told = contradictions()
    assert any("is confirmed, the chain says new" in one for one in told)
    assert any("the chain does not say so" in one for one in told)


def test_a_state_written_past_the_house_is_told() -> None:
    case = case_in(CaseState.IN_REVIEW)
    Case.objects.filter(pk=case.pk).update(state=CaseState.CONFIRMED)
    assert contradictions() == [f"case:{case.pk} is confirmed, the chain says in_review"]


def test_decisions_added_or_taken_away_are_told() -> None:
    case = confirmed()
    DecisionRow.objects.filter(person__username="analyst").delete()
    (told,) = contradictions()
    assert told == (
        f"case:{case.pk}: the chain says that analyst decided confirm, the record does not"
    )
    DecisionRow.objects.create(
        case=case, person=people.outsider(), review_round=1, verdict="confirm", decided_at=NOON
    )
    assert len(contradictions()) == 2


def test_not_more_is_told_than_can_be_read() -> None:
    for number in range(60):
        case = case_in(CaseState.IN_REVIEW, f"host:shop{number}.test")
        Case.objects.filter(pk=case.pk).update(state=CaseState.DISMISSED)
    with transaction.atomic():
        told = contradictions()
    assert len(told) == 51
    assert told[-1] == "and more"
