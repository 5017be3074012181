"""Appeals: who reads and who decides them, and what follows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from blocking.models import Appeal
from cases import audit
from cases.models import AuditEvent, Case, DecisionRow, Person, Proposal
from cases.people import Role, change_recipient
from domain.errors import AccessError, FourEyesError, InputError, RuleError
from domain.rechecks import ProposalKind, ProposalState
from review import appeals
from tests.people import person
from tests.records import NOON, new_run
from tests.sent import sent

pytestmark = pytest.mark.django_db


def appeal_about(case: Case | None, about: str = "shop.test") -> Appeal:
    return Appeal.objects.create(
        key=f"appeal/{Appeal.objects.count()}", run=new_run(), received_at=NOON,
        due_at=NOON + timedelta(days=15), about=about, asks="lift", grounds="not ours",
        contact="me@mail.test", case=case,
    )  # fmt: skip


@pytest.fixture
def case() -> Case:
    (order,) = sent("shop.test")
    return order.request.case


@pytest.fixture
def supervisor() -> Person:
    return person("supervisor1", Role.SUPERVISOR)


def decided_by(somebody: Person, case: Case, **more: object) -> None:
    DecisionRow.objects.create(
        case=case, person=somebody, review_round=1, verdict="confirm", decided_at=NOON, **more
    )


def test_an_upheld_appeal_proposes_to_lift_and_lifts_nothing(
    case: Case, supervisor: Person
) -> None:
    row = appeal_about(case)
    before = case.state
    appeals.decide(row.pk, supervisor, uphold=True, reason="wrong host", answer="You are right.")
    row.refresh_from_db()
    assert (row.state, row.decided_by, row.answer) == ("upheld", supervisor, "You are right.")
    proposal = Proposal.objects.get()
    assert (proposal.kind, proposal.state) == (ProposalKind.LIFT, ProposalState.OPEN)
    assert proposal.case == case
    case.refresh_from_db()
    assert case.state == before
    (event,) = AuditEvent.objects.filter(action="appeal.upheld")
    assert (event.actor, event.subject) == ("supervisor1", f"appeal:{row.pk}")
    assert event.details["proposal"] == proposal.pk
    (opened,) = AuditEvent.objects.filter(action="proposal.opened")
    assert opened.actor == "supervisor1"
    assert audit.verify().holds


@pytest.mark.parametrize("undone", [None, NOON])
def test_whoever_decided_the_case_does_not_decide_the_appeal(
    case: Case, supervisor: Person, undone: object
) -> None:
    row = appeal_about(case)
    decided_by(supervisor, case, undone_at=undone)
    assert appeals.appeal_view(row.pk, supervisor).decided_case
    for uphold in (True, False):
        with pytest.raises(FourEyesError):
            appeals.decide(row.pk, supervisor, uphold=uphold, reason="mine")
    row.refresh_from_db()
    assert row.state == "open"
    assert Proposal.objects.count() == 0
    other = person("supervisor2", Role.SUPERVISOR)
    assert appeals.appeal_view(row.pk, other).may_decide
    assert appeals.decide(row.pk, other, uphold=False, reason="it sells").state == "rejected"


def test_an_appeal_is_decided_once_with_a_reason(case: Case, supervisor: Person) -> None:
    row = appeal_about(case)
    with pytest.raises(InputError, match="reason"):
        appeals.decide(row.pk, supervisor, uphold=False, reason="  ")
    appeals.decide(row.pk, supervisor, uphold=False, reason="it sells")
    with pytest.raises(RuleError, match="already"):
        appeals.decide(row.pk, supervisor, uphold=True, reason="after all")
    with pytest.raises(InputError, match="no appeal"):
        appeals.decide(row.pk + 1, supervisor, uphold=True, reason="which")


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SUPERVISOR])
def test_nobody_else_decides(case: Case, role: Role) -> None:
    row = appeal_about(case)
    with pytest.raises(AccessError):
        appeals.decide(row.pk, person("somebody", role), uphold=False, reason="no")


def test_a_restricted_case_looks_like_none(case: Case, supervisor: Person) -> None:
    row, unknown = appeal_about(case), appeal_about(None)
    Case.objects.filter(pk=case.pk).update(restricted=True)
    seen = [appeals.appeal_view(one.pk, supervisor) for one in (row, unknown)]
    assert seen[0].line.case_id is seen[1].line.case_id is None
    assert seen[0].requests == seen[1].requests == ()
    assert seen[0].target == seen[1].target == ""
    said = []
    for one in (row, unknown):
        with pytest.raises(RuleError) as refused:
            appeals.decide(one.pk, supervisor, uphold=True, reason="lift it")
        said.append(str(refused.value).replace(f"appeal {one.pk}", "appeal"))
    assert said[0] == said[1]
    assert all(line.case_id is None for line in appeals.appeal_lines(supervisor).rows)


def test_a_recipient_reads_appeals_about_its_own_entries_alone(
    case: Case, supervisor: Person
) -> None:
    (other,) = sent("other.test", recipient="operators")
    about_ours = appeal_about(case)
    about_others, about_nothing = appeal_about(other.request.case), appeal_about(None)
    regulator = person("regulator1", Role.REGULATOR)
    assert appeals.own_appeals(regulator).rows == ()
    change_recipient(regulator, "regulator", actor="test")
    assert [line.appeal_id for line in appeals.own_appeals(regulator).rows] == [about_ours.pk]
    view = appeals.own_appeal(about_ours.pk, regulator)
    assert view.contact == view.reason == ""
    assert len(view.requests) == 1
    for hidden in (about_others, about_nothing):
        with pytest.raises(InputError):
            appeals.own_appeal(hidden.pk, regulator)
    with pytest.raises(AccessError):
        appeals.appeal_view(about_ours.pk, regulator)
    Case.objects.filter(pk=case.pk).update(restricted=True)
    assert appeals.own_appeals(regulator).rows == ()


def test_open_appeals_come_by_their_deadline(case: Case, supervisor: Person) -> None:
    later, sooner = appeal_about(case), appeal_about(None)
    Appeal.objects.filter(pk=sooner.pk).update(due_at=NOON + timedelta(days=1))
    day = NOON + timedelta(days=2)
    lines = appeals.appeal_lines(supervisor, state="open", clock=lambda: day).rows
    assert [(line.appeal_id, line.overdue) for line in lines] == [
        (sooner.pk, True),
        (later.pk, False),
    ]
