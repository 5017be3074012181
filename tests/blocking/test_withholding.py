"""An address that does not bear a block any more is withheld: lifted, and people are asked."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest
from django.utils import translation

from blocking.exports import lifts_any
from blocking.findings import Code
from blocking.models import BlockingRequest, Order
from blocking.plan import ExportPlan
from blocking.protection import Protection
from blocking.reach.siblings import pool, siblings_of
from blocking.withholding import withhold
from cases import audit, proposals
from cases.models import Case, Person, Proposal
from domain.errors import GateError
from domain.rechecks import ProposalKind
from domain.states import CaseState
from review.sentences import retold
from tests.blocking.addressing import (
    ADDRESS,
    built_for,
    let_out,
    seen_at,
)
from tests.blocking.conftest import Confirmed, Opened, Time, host


@pytest.fixture
def in_force(
    confirmed: Confirmed, allowed: ExportPlan, protection: Protection, clock: Time,
    supervisor: Person, requested,
) -> BlockingRequest:  # fmt: skip
    """A request of an address, and another one beside it, that the regulator was sent."""
    seen_at(confirmed(host(ADDRESS), ("/price",)), ADDRESS)
    confirmed(host("shop.kz"))
    row = requested()
    let_out(built_for(allowed, protection, clock), allowed, protection, clock, supervisor)
    clock.pass_by(days=1)
    return row


@pytest.mark.django_db
@pytest.mark.parametrize("cause", ["others", "unplaced", "cache", "switched off"])
def test_what_does_not_bear_a_block_any_more_is_lifted_and_people_are_asked(
    in_force: BlockingRequest, opened: Opened, allowed: ExportPlan, protection: Protection,
    clock: Time, supervisor: Person, cause: str,
) -> None:  # fmt: skip
    assert withhold(allowed.rules, clock=clock) == []
    rules = allowed.rules
    if cause == "switched off":
        rules = replace(rules, address_networks=frozenset())
    elif cause == "cache":
        seen_at(in_force.case, ADDRESS, headers=[["CF-RAY", "8f-ALA"]])
    else:
        seen_at(opened(host("bookshop.kz")), ADDRESS if cause == "others" else "")
    assert not lifts_any("regulator", clock=clock)
    assert withhold(rules, clock=clock) == [in_force.pk]
    assert withhold(rules, clock=clock) == []
    assert lifts_any("regulator", clock=clock)
    now = replace(allowed, rules=rules)
    built = built_for(now, protection, clock)
    assert built.manifest.delta is not None
    assert (built.manifest.delta.added, built.manifest.delta.lifted) == (0, 1)
    let_out(built, now, protection, clock, supervisor)
    assert Order.objects.get(request=in_force, recipient="regulator").state == "lift_sent"
    (proposal,) = Proposal.objects.filter(kind=ProposalKind.PROTECTED)
    assert "bookshop" not in proposal.evidence["says"]
    with translation.override("ru"):
        assert retold(proposal.evidence["says"]) != proposal.evidence["says"]
    proposals.decide(proposal.pk, supervisor, accept=True, reason="shared", clock=clock)
    in_force.case.refresh_from_db()
    assert in_force.case.state == CaseState.WITHDRAWN
    assert audit.verify().holds


@pytest.mark.django_db
def test_clean_pages_of_one_night_end_no_block(
    in_force: BlockingRequest, allowed: ExportPlan, clock: Time
) -> None:
    """What carries the verdict now is not what the request rests on."""
    Case.objects.filter(pk=in_force.case_id).update(carriers=[], selling_share=0.0)
    assert withhold(allowed.rules, clock=clock) == []


@pytest.mark.django_db
def test_the_only_entry_can_be_withheld_and_evidence_that_is_gone_keeps_nothing_blocked(
    confirmed: Confirmed, opened: Opened, allowed: ExportPlan, protection: Protection, clock: Time,
    supervisor: Person, requested,
) -> None:  # fmt: skip
    seen_at(confirmed(host(ADDRESS), ("/price",)), ADDRESS)
    requested()
    let_out(built_for(allowed, protection, clock), allowed, protection, clock, supervisor)
    seen_at(opened(host("bookshop.kz")), ADDRESS)
    assert allowed.rules.store is not None
    shutil.rmtree(allowed.rules.store)
    clock.pass_by(days=1)
    assert len(withhold(allowed.rules, clock=clock)) == 1
    built = built_for(allowed, protection, clock)
    assert built.manifest.delta is not None
    assert built.manifest.delta.lifted == 1


@pytest.mark.django_db
@pytest.mark.parametrize("cause", ["others", "switched off"])
def test_what_changes_after_the_build_keeps_the_list_in_the_house(
    confirmed: Confirmed, opened: Opened, allowed: ExportPlan, protection: Protection, clock: Time,
    supervisor: Person, requested, cause: str,
) -> None:  # fmt: skip
    seen_at(confirmed(host(ADDRESS), ("/price",)), ADDRESS)
    row = requested()
    built = built_for(allowed, protection, clock)
    rules = allowed.rules
    if cause == "others":
        seen_at(opened(host("bookshop.kz")), ADDRESS)
    else:
        rules = replace(rules, address_networks=frozenset())
    with pytest.raises(GateError) as caught:
        let_out(built, replace(allowed, rules=rules), protection, clock, supervisor)
    (finding,) = caught.value.findings
    assert f"[{Code.NOT_REQUESTED}]" in finding
    row.refresh_from_db()
    assert row.withheld_at == clock(), "a refused release does not take that back"


@pytest.mark.django_db
def test_a_blocked_address_is_no_neighbour_of_itself(
    in_force: BlockingRequest, opened: Opened, protection: Protection
) -> None:
    opened(host("bookshop.kz"))
    order = Order.objects.get(request=in_force, recipient="regulator")
    hosts_at = {ADDRESS: [ADDRESS, "bookshop.kz"]}
    found = siblings_of(order, [ADDRESS], hosts_at, protection.suffixes, 5)
    assert [one.name for one in found] == ["bookshop.kz"]
    assert set(pool(5)) == {"bookshop.kz", "shop.kz"}
