from __future__ import annotations

import json

import pytest

from blocking.current import entries_of
from blocking.models import BlockingRequest
from blocking.plan import ExportPlan
from blocking.protection import Protection
from blocking.requests import Why, make_requests
from cases import audit
from cases.models import Capture
from cases.moves import move
from domain.digests import canonical_json, sha256_hex
from domain.states import CaseState
from domain.targets import TargetKey, TargetKind, url_key
from tests.blocking.conftest import Confirmed, Opened, Time, host
from tests.blocking.making import ONION

pytestmark = pytest.mark.django_db


def state_of(case: object) -> str:
    case.refresh_from_db()
    return case.state


def test_a_confirmed_case_becomes_a_request_and_moves_on(
    confirmed: Confirmed, plan: ExportPlan, protection: Protection, clock: Time
) -> None:
    case = confirmed(host("shop.test"), ("/", "/price"))
    done = make_requests(plan.rules, protection, clock=clock)
    (row,) = BlockingRequest.objects.all()
    assert (done.made, done.refused) == ([row.pk], [])
    assert state_of(case) == CaseState.REQUESTED
    assert (row.scope, row.values, row.case_id) == ("host", ["shop.test"], case.pk)
    assert (row.valid_until - row.valid_from).days == 90


def test_the_document_carries_who_what_why_and_the_evidence(
    confirmed: Confirmed, plan: ExportPlan, protection: Protection, clock: Time
) -> None:
    case = confirmed(host("shop.test"), ("/", "/price"), reason="sells in\nAlmaty")
    make_requests(plan.rules, protection, clock=clock)
    row = BlockingRequest.objects.get()
    data = json.loads(row.document)
    assert canonical_json(data) == row.document.encode()
    assert sha256_hex(row.document.encode()) == row.sha256
    assert data["id"] == str(row.pk)
    assert [a["person"] for a in data["authority"]["approvers"]] == ["analyst1", "analyst2"]
    assert data["authority"]["approvers"][1]["reason"] == "sells in Almaty"
    assert data["authority"]["number"] == f"{case.pk}/1"
    assert data["law"]["provisions"] == ["Law, 41-1"]
    assert data["target"]["scope_reason"]
    assert data["facts"]["substances"] == ["mephedrone"]
    captures = {c.url: c.sha256 for c in case.target.captures.all()}
    assert {p["url"]: p["sha256"] for p in data["evidence"]} == captures
    assert len(captures) == 2
    assert all(len(p["text_sha256"]) == 64 for p in data["evidence"])


def test_running_it_again_changes_nothing(
    confirmed: Confirmed, plan: ExportPlan, protection: Protection, clock: Time
) -> None:
    confirmed(host("shop.test"))
    make_requests(plan.rules, protection, clock=clock)
    before = list(BlockingRequest.objects.values())
    clock.pass_by(days=1)
    again = make_requests(plan.rules, protection, clock=clock)
    assert (again.made, again.refused) == ([], [])
    assert list(BlockingRequest.objects.values()) == before


def test_every_kind_of_target_gets_its_narrowest_scope(
    confirmed: Confirmed, plan: ExportPlan, protection: Protection, clock: Time
) -> None:
    confirmed(host("forum.kz"), ("/t/1",), share=0.02)
    confirmed(TargetKey(TargetKind.ONION, ONION))
    confirmed(TargetKey(TargetKind.TELEGRAM, "1234567"), ("5", "9"), name="@Sklad_KZ")
    confirmed(TargetKey(TargetKind.TELEGRAM, "@noid_shop"), ("3",))
    confirmed(url_key("https://teletype.in/@shop/price"))
    done = make_requests(plan.rules, protection, clock=clock)
    assert done.refused == []
    rows = {row.case.target.value: row for row in BlockingRequest.objects.all()}
    assert rows["forum.kz"].values == ["http://forum.kz/t/1"]
    assert (rows[ONION].scope, rows[ONION].values) == ("onion", [ONION])
    item = json.loads(rows["1234567"].document)["target"]["telegram"]
    assert item == {"username": "sklad_kz", "numeric_id": 1234567, "message_ids": [5, 9]}
    item = json.loads(rows["@noid_shop"].document)["target"]["telegram"]
    assert item == {"username": "noid_shop", "numeric_id": None, "message_ids": [3]}


def test_of_a_group_nothing_but_messages_is_requested(
    confirmed: Confirmed, plan: ExportPlan, protection: Protection, clock: Time
) -> None:
    case = confirmed(TargetKey(TargetKind.TELEGRAM, "2207715346"), ("5", "9"), name="some_chat")
    Capture.objects.filter(target=case.target).update(redacted="group authors=3")
    make_requests(plan.rules, protection, clock=clock)
    row = BlockingRequest.objects.get()
    target = json.loads(row.document)["target"]
    assert target["telegram"] == {
        "username": "some_chat",
        "numeric_id": 2207715346,
        "message_ids": [5, 9],
        "messages_only": True,
    }
    assert "only messages" in target["scope_reason"]
    (entry,) = entries_of([row], frozenset())
    assert entry.telegram is not None
    assert entry.telegram.messages_only


def test_a_group_without_messages_to_name_is_refused(
    confirmed: Confirmed, plan: ExportPlan, protection: Protection, clock: Time
) -> None:
    case = confirmed(TargetKey(TargetKind.TELEGRAM, "2207715346"), ("about",), name="some_chat")
    Capture.objects.filter(target=case.target).update(redacted="group authors=3")
    (refusal,) = make_requests(plan.rules, protection, clock=clock).refused
    assert refusal.why is Why.UNBLOCKABLE


def test_a_case_that_one_person_pushed_through_is_refused_and_named(
    opened: Opened, plan: ExportPlan, protection: Protection, clock: Time
) -> None:
    case = opened(host("shop.test"))
    move(case.pk, CaseState.CONFIRMED, actor="nobody", reason="by hand")
    done = make_requests(plan.rules, protection, clock=clock)
    (refusal,) = done.refused
    assert (refusal.case_id, refusal.why) == (case.pk, Why.FOUR_EYES)
    assert done.counts == {Why.FOUR_EYES.value: 1}
    assert state_of(case) == CaseState.CONFIRMED
    assert not BlockingRequest.objects.exists()


@pytest.mark.parametrize("name", ["nur.kz", "www.nur.kz", "shop.gov.kz"])
def test_a_never_block_host_is_refused_whatever_people_wrote(
    confirmed: Confirmed, plan: ExportPlan, protection: Protection, clock: Time, name: str
) -> None:
    case = confirmed(host(name), reason="we are sure")
    (refusal,) = make_requests(plan.rules, protection, clock=clock).refused
    assert refusal.why is Why.REFUSED
    assert "never-block" in refusal.message
    assert state_of(case) == CaseState.CONFIRMED


def test_a_page_on_a_never_block_host_needs_the_second_persons_reason(
    confirmed: Confirmed, plan: ExportPlan, protection: Protection, clock: Time
) -> None:
    without = confirmed(url_key("https://forum.nur.kz/t/1"))
    given = confirmed(url_key("https://forum.nur.kz/t/2"), reason="hacked page, owner told")
    done = make_requests(plan.rules, protection, clock=clock)
    assert [refusal.case_id for refusal in done.refused] == [without.pk]
    row = BlockingRequest.objects.get(case=given)
    assert row.overridden
    overridden = json.loads(row.document)["process"]["never_block_overridden"]
    assert "nur.kz" in overridden[0]


def test_a_restricted_case_never_becomes_a_request(
    confirmed: Confirmed, plan: ExportPlan, protection: Protection, clock: Time
) -> None:
    case = confirmed(host("shop.test"))
    case.restricted = True
    case.save()
    (refusal,) = make_requests(plan.rules, protection, clock=clock).refused
    assert refusal.why is Why.RESTRICTED
    assert "shop.test" not in f"{refusal.target} {refusal.message}"
    assert refusal.target == f"case {case.pk}"
    assert state_of(case) == CaseState.CONFIRMED


def test_a_held_case_is_left_alone(
    confirmed: Confirmed, plan: ExportPlan, protection: Protection, clock: Time
) -> None:
    case = confirmed(host("shop.test"))
    move(case.pk, CaseState.ON_HOLD, actor="analyst1", reason="investigation")
    done = make_requests(plan.rules, protection, clock=clock)
    assert (done.made, done.refused) == ([], [])
    assert state_of(case) == CaseState.ON_HOLD


def test_one_refusal_does_not_keep_the_others_back(
    confirmed: Confirmed, plan: ExportPlan, protection: Protection, clock: Time
) -> None:
    confirmed(host("nur.kz"), reason="r")
    confirmed(host("shop.test"))
    done = make_requests(plan.rules, protection, clock=clock)
    assert (len(done.made), len(done.refused)) == (1, 1)


def test_an_innocent_sibling_keeps_www_from_becoming_the_domain(
    confirmed: Confirmed, opened: Opened, plan: ExportPlan, protection: Protection, clock: Time
) -> None:
    opened(host("forum.shop.kz"))
    confirmed(host("www.shop.kz"))
    confirmed(host("www.lone.kz"))
    make_requests(plan.rules, protection, clock=clock)
    scopes = {r.sort_key: r.scope for r in BlockingRequest.objects.all()}
    assert scopes == {"www.shop.kz": "host", "lone.kz": "domain"}


def test_a_second_round_makes_a_second_request(
    confirmed: Confirmed, plan: ExportPlan, protection: Protection, clock: Time
) -> None:
    case = confirmed(host("shop.test"))
    make_requests(plan.rules, protection, clock=clock)
    for to in (CaseState.LIFTED, CaseState.IN_REVIEW, CaseState.DISMISSED):
        move(case.pk, to, actor="supervisor1", reason="appeal")
    move(case.pk, CaseState.IN_REVIEW, actor="supervisor1", reason="sells again")
    move(case.pk, CaseState.CONFIRMED, actor="supervisor1", reason="by hand")
    (refusal,) = make_requests(plan.rules, protection, clock=clock).refused
    assert refusal.why is Why.FOUR_EYES, "confirmations of an earlier round do not count"
    assert BlockingRequest.objects.count() == 1


def test_the_audit_chain_tells_of_the_request(
    confirmed: Confirmed, plan: ExportPlan, protection: Protection, clock: Time
) -> None:
    case = confirmed(host("shop.test"))
    make_requests(plan.rules, protection, clock=clock)
    event = audit.AuditEvent.objects.get(action="case.requested")
    row = BlockingRequest.objects.get()
    assert event.subject == f"case:{case.pk}"
    assert (event.details["request"], event.details["sha256"]) == (str(row.pk), row.sha256)
    assert audit.verify().holds
