"""What is done with a case outside the queue, on its page and on the list of proposals."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases import proposals
from cases.models import AuditEvent, Case, Person, Proposal
from cases.people import Role
from domain.rechecks import ProposalKind
from domain.states import CaseState
from review import service
from tests.people import person
from tests.records import case_in, new_run
from tests.review.console.conftest import client_of, own

pytestmark = pytest.mark.django_db
ATTACK = "<script>alert(1)</script>\u202e"


def state(case: Case) -> str:
    return Case.objects.get(pk=case.pk).state


def day(after: int) -> str:
    return (timezone.localdate() + timedelta(days=after)).isoformat()


def page_of(client: Client, case: Case) -> str:
    return client.get(reverse("case", args=[case.pk])).content.decode()


@pytest.fixture
def confirmed(db: None) -> Case:
    return case_in(CaseState.CONFIRMED)


@pytest.fixture
def held(confirmed: Case, analyst1: Person) -> Case:
    until = timezone.now() + timedelta(days=3)
    return service.hold(confirmed.pk, analyst1, reason=f"a buyer is watched {ATTACK}", until=until)


def test_what_is_confirmed_is_held_from_its_page(confirmed: Case, analyst1: Person) -> None:
    client = client_of(analyst1)
    where = reverse("hold", args=[confirmed.pk])
    assert where in page_of(client, confirmed)
    for wrong in ({"reason": ""}, {"until": ""}, {"until": day(0)}, {"owner": "nobody"}):
        given = {"reason": "watched", "until": day(3), **wrong}
        assert client.post(where, given).status_code == 422
    assert state(confirmed) == CaseState.CONFIRMED
    own(person("supervisor2", Role.SUPERVISOR))
    given = {"reason": "watched", "until": day(3), "owner": "supervisor2"}
    answer = client.post(where, given)
    assert answer["Location"] == reverse("case", args=[confirmed.pk])
    row = Case.objects.get(pk=confirmed.pk)
    assert (row.state, row.hold_owner.username, row.hold_reason) == (
        CaseState.ON_HOLD, "supervisor2", "watched"
    )  # fmt: skip
    assert where not in page_of(client, confirmed)
    assert client.post(where, given).status_code == 422


def test_a_refusal_keeps_what_was_typed(confirmed: Case, analyst1: Person) -> None:
    answer = client_of(analyst1).post(
        reverse("hold", args=[confirmed.pk]), {"reason": f"watched {ATTACK}", "until": day(-1)}
    )
    text = answer.content.decode()
    assert "after today" in text
    assert 'value="watched &lt;script&gt;' in text
    assert "<script>alert" not in text


def test_a_hold_is_ended_by_its_owner_or_a_supervisor(
    held: Case, analyst1: Person, client_in
) -> None:
    where, other = reverse("end_hold", args=[held.pk]), client_in(Role.ANALYST, "analyst2")
    assert where not in page_of(other, held)
    assert other.post(where, {"reason": "over"}).status_code == 422
    owner = client_of(analyst1)
    assert where in page_of(owner, held)
    assert owner.post(where, {"reason": " "}).status_code == 422
    assert state(held) == CaseState.ON_HOLD
    assert owner.post(where, {"reason": "over"}).status_code == 302
    assert state(held) == CaseState.CONFIRMED
    again = service.hold(
        held.pk, analyst1, reason="once more", until=timezone.now() + timedelta(days=1)
    )
    supervisor = client_in(Role.SUPERVISOR)
    assert where in page_of(supervisor, again)
    assert supervisor.post(where, {"reason": "over"}).status_code == 302
    assert state(held) == CaseState.CONFIRMED


def test_an_auditor_reads_holds_and_ends_none(held: Case, client_in) -> None:
    client = client_in(Role.AUDITOR)
    text = client.get(reverse("holds")).content.decode()
    assert "shop[.]test" in text
    assert "analyst1" in text
    assert "<script>alert" not in text
    assert "\u202e" not in text
    assert "you may end it" not in text
    assert reverse("end_hold", args=[held.pk]) not in page_of(client, held)


def test_holds_tell_which_are_past_their_end_and_none_that_is_restricted(
    held: Case, analyst1: Person
) -> None:
    client = client_of(analyst1)
    text = client.get(reverse("holds")).content.decode()
    assert "you may end it" in text
    assert ">past its end<" not in text
    Case.objects.filter(pk=held.pk).update(hold_until=timezone.now() - timedelta(days=1))
    assert ">past its end<" in client.get(reverse("holds")).content.decode()
    Case.objects.filter(pk=held.pk).update(restricted=True)
    assert "shop[.]test" not in client.get(reverse("holds")).content.decode()


def test_a_supervisor_withdraws_what_is_confirmed(
    confirmed: Case, analyst1: Person, client_in
) -> None:
    where = reverse("withdraw", args=[confirmed.pk])
    assert where not in page_of(client_of(analyst1), confirmed)
    client = client_in(Role.SUPERVISOR)
    assert where in page_of(client, confirmed)
    assert client.post(where, {}).status_code == 422
    assert state(confirmed) == CaseState.CONFIRMED
    assert client.post(where, {"reason": "a fan shop"}).status_code == 302
    assert state(confirmed) == CaseState.WITHDRAWN
    event = AuditEvent.objects.get(action="case.withdrawn")
    assert (event.actor, event.details["reason"]) == ("supervisor1", "a fan shop")
    assert where not in page_of(client, confirmed)
    assert client.post(where, {"reason": "a fan shop"}).status_code == 422


def test_none_of_it_is_there_for_a_case_in_review(client_in) -> None:
    case = case_in(CaseState.IN_REVIEW)
    client = client_in(Role.SUPERVISOR)
    text = page_of(client, case)
    for name in ("hold", "end_hold", "withdraw"):
        assert f'action="{reverse(name, args=[case.pk])}"' not in text
    for name in ("end_hold", "withdraw"):
        assert client.post(reverse(name, args=[case.pk]), {"reason": "x"}).status_code == 422
    assert state(case) == CaseState.IN_REVIEW


@pytest.fixture
def proposal(confirmed: Case) -> Proposal:
    run = new_run()
    row = proposals.propose(confirmed, run, ProposalKind.GONE, {"says": f"nobody home {ATTACK}"})
    assert row
    return row


def test_a_proposal_is_listed_and_accepted(proposal: Proposal, analyst1: Person) -> None:
    client = client_of(analyst1)
    text = client.get(reverse("proposals")).content.decode()
    assert "shop[.]test" in text
    assert "<script>alert" not in text
    assert "\u202e" not in text
    where = reverse("decide_proposal", args=[proposal.pk])
    assert where in text
    answer = client.post(where, {"answer": "accept"})
    assert answer["Location"] == reverse("case", args=[proposal.case_id])
    proposal.refresh_from_db()
    assert (proposal.state, proposal.closed_by) == ("accepted", analyst1)
    assert state(proposal.case) == CaseState.CONFIRMED
    assert "Nothing is proposed" in client.get(reverse("proposals")).content.decode()


def test_a_proposal_is_rejected_for_a_reason(proposal: Proposal, analyst1: Person) -> None:
    client = client_of(analyst1)
    where = reverse("decide_proposal", args=[proposal.pk])
    for given in ({}, {"answer": "perhaps"}, {"answer": "reject"}):
        assert client.post(where, given).status_code == 422
    proposal.refresh_from_db()
    assert proposal.state == "open"
    assert client.post(where, {"answer": "reject", "reason": "it is up"}).status_code == 302
    proposal.refresh_from_db()
    assert (proposal.state, proposal.reason) == ("rejected", "it is up")
    refused = client.post(where, {"answer": "accept"})
    assert refused.status_code == 422
    assert "not open" in refused.content.decode()


def test_an_auditor_reads_proposals_and_answers_none(proposal: Proposal, client_in) -> None:
    text = client_in(Role.AUDITOR).get(reverse("proposals")).content.decode()
    assert "shop[.]test" in text
    assert reverse("decide_proposal", args=[proposal.pk]) not in text


def test_forms_of_other_sites_are_refused(confirmed: Case, proposal: Proposal, client_in) -> None:
    checking = Client(enforce_csrf_checks=True)
    checking.cookies = client_in(Role.SUPERVISOR).cookies
    for name in ("hold", "end_hold", "withdraw"):
        where = reverse(name, args=[confirmed.pk])
        assert checking.post(where, {"reason": "x", "until": day(3)}).status_code == 403
    where = reverse("decide_proposal", args=[proposal.pk])
    assert checking.post(where, {"answer": "accept"}).status_code == 403
    assert state(confirmed) == CaseState.CONFIRMED
