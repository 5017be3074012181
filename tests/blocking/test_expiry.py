"""Requests that run out: people are asked in time, and what they do not renew expires by rule."""

from __future__ import annotations

import json

import pytest

from blocking import expiry
from blocking.current import requests_in_force
from blocking.models import BlockingRequest, Order
from blocking.neverblock import Protected
from blocking.plan import ExportPlan
from blocking.protection import Protection
from blocking.requests import Why
from cases import audit, proposals
from cases.models import AuditEvent, Case, ContentCheck, Person, Proposal
from domain.errors import GateError
from domain.rechecks import ProposalKind
from domain.states import CaseState
from review.sentences import retold
from tests.blocking.conftest import Confirmed, Time, host
from tests.blocking.house import House
from tests.records import new_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(plan: ExportPlan, protection: Protection, clock: Time, supervisor: Person) -> House:
    return House(plan, protection, clock, supervisor)


@pytest.fixture
def case(confirmed: Confirmed, house: House) -> Case:
    found = confirmed(host("shop.test"))
    house.release(house.build().export)
    return found


def asked(house: House) -> list[Proposal]:
    return expiry.ask(new_run(), house.plan.rules, clock=house.clock)


def renewed(house: House, person: Person) -> BlockingRequest:
    (row,) = asked(house)
    house.clock.pass_by(minutes=1)
    proposals.decide(row.pk, person, accept=True, reason="it sells", clock=house.clock)
    (made,) = expiry.renew(house.plan.rules, house.protection, clock=house.clock).made
    return BlockingRequest.objects.get(pk=made)


def test_people_are_asked_once_before_it_runs_out(case: Case, house: House, clock: Time) -> None:
    clock.pass_by(days=75)
    assert asked(house) == []
    clock.pass_by(days=2)
    (row,) = asked(house)
    request = BlockingRequest.objects.get(case=case)
    assert (row.kind, row.evidence["request"]) == (ProposalKind.EXPIRING, str(request.pk))
    assert proposals.due_at(row, 999) == request.valid_until
    assert "not seen selling since it was made" in row.evidence["says"]
    assert asked(house) == []
    proposals.decide(row.pk, house.person, accept=False, reason="quiet", clock=clock)
    assert asked(house) == [], "they have said so"


def test_they_are_told_when_it_was_last_seen_selling(case: Case, house: House, clock: Time) -> None:
    clock.pass_by(days=77)
    ContentCheck.objects.create(
        case=case, run=new_run(), at=clock(), state="requested", result="up", outcome="ok",
        threshold=0.5, selling=True,
    )  # fmt: skip
    (row,) = asked(house)
    assert f"last seen selling on {clock():%Y-%m-%d}" in row.evidence["says"]
    assert retold(row.evidence["says"]), "the console knows the sentence"


def test_a_renewed_request_replaces_the_one_before(
    case: Case, house: House, clock: Time, analyst: Person
) -> None:
    before = BlockingRequest.objects.get(case=case)
    clock.pass_by(days=80)
    after = renewed(house, analyst)
    assert (after.renewal, after.review_round, after.pk != before.pk) == (1, 1, True)
    assert list(requests_in_force(clock())) == [after]
    data = json.loads(after.document)
    assert data["id"] == str(after.pk)
    assert data["renews"] == {"id": str(before.pk), "sha256": before.sha256}
    assert [one["person"] for one in data["authority"]["approvers"]] == [
        "analyst1", "analyst2", "analyst1",
    ]  # fmt: skip
    (event,) = AuditEvent.objects.filter(action="request.renewed")
    assert event.details["renews"] == str(before.pk)
    again = expiry.renew(house.plan.rules, house.protection, clock=clock)
    assert (again.made, again.refused) == ([], [])
    built = house.build()
    assert built.manifest.delta is not None
    assert (built.manifest.delta.added, built.manifest.delta.lifted) == (1, 1)
    house.release(built.export)
    assert dict(Order.objects.values_list("request", "state")) == {
        before.pk: "lift_sent",
        after.pk: "sent",
    }
    assert audit.verify().holds


def test_an_answer_in_time_counts_also_when_the_next_night_is_late(
    case: Case, house: House, clock: Time, analyst: Person
) -> None:
    clock.pass_by(days=80)
    (row,) = asked(house)
    clock.pass_by(days=9)
    proposals.decide(row.pk, analyst, accept=True, reason="it sells", clock=clock)
    clock.pass_by(days=2)
    (made,) = expiry.renew(house.plan.rules, house.protection, clock=clock).made
    assert expiry.expire(clock=clock) == 0
    assert [row.pk for row in requests_in_force(clock())] == [made]
    case.refresh_from_db()
    assert case.state == "requested"


def test_it_can_be_renewed_again_and_runs_out_when_it_is_not(
    case: Case, house: House, clock: Time, analyst: Person
) -> None:
    clock.pass_by(days=80)
    renewed(house, analyst)
    clock.pass_by(days=80)
    assert renewed(house, analyst).renewal == 2
    assert expiry.expire(clock=clock) == 0
    clock.pass_by(days=91)
    assert expiry.expire(clock=clock) == 1
    case.refresh_from_db()
    assert case.state == CaseState.EXPIRED
    assert expiry.expire(clock=clock) == 0


def test_nobody_releases_what_they_had_renewed(
    case: Case, house: House, clock: Time, supervisor: Person
) -> None:
    clock.pass_by(days=80)
    renewed(house, supervisor)
    with pytest.raises(GateError) as refused:
        house.release(house.build().export)
    assert "another person must release it" in "".join(refused.value.findings)


def test_what_a_safeguard_refuses_by_now_is_not_renewed_and_runs_out(
    case: Case, house: House, clock: Time, analyst: Person, supervisor: Person
) -> None:
    clock.pass_by(days=80)
    (row,) = asked(house)
    proposals.decide(row.pk, analyst, accept=True, reason="", clock=clock)
    listed = house.protection.with_names(
        [Protected("shop.test", "unit", True, "test", clock().date())]
    )
    done = expiry.renew(house.plan.rules, listed, clock=clock)
    assert [one.why for one in done.refused] == [Why.REFUSED]
    assert BlockingRequest.objects.count() == 1
    clock.pass_by(days=11)
    assert expiry.expire(clock=clock) == 1


def test_the_rule_is_named_where_the_case_moved(case: Case, house: House, clock: Time) -> None:
    until = BlockingRequest.objects.get().valid_until
    clock.pass_by(days=90, minutes=-10)
    assert expiry.expire(clock=clock) == 0
    clock.pass_by(hours=1)
    assert expiry.expire(clock=clock) == 1
    (event,) = AuditEvent.objects.filter(action="case.expired")
    assert (event.actor, event.details["from"]) == ("system:expiry", "requested")
    assert event.details["reason"] == f"its request ran out on {until:%Y-%m-%d}"


def test_what_is_asked_lapses_when_it_runs_out(case: Case, house: House, clock: Time) -> None:
    clock.pass_by(days=80)
    (row,) = asked(house)
    clock.pass_by(days=11)
    expiry.expire(clock=clock)
    row.refresh_from_db()
    assert row.state == "lapsed"


def test_nobody_is_asked_about_restricted_cases_and_they_expire(
    case: Case, house: House, clock: Time
) -> None:
    Case.objects.filter(pk=case.pk).update(restricted=True)
    clock.pass_by(days=80)
    assert asked(house) == []
    clock.pass_by(days=11)
    assert expiry.expire(clock=clock) == 1
