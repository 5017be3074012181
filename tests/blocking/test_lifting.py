"""Every way from what speaks against a block to a lifting that each recipient has answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, timedelta

import pytest

from blocking import appeals, expiry
from blocking.exports import build
from blocking.manifest import parse
from blocking.models import Appeal, Order
from blocking.overdue import overdue
from blocking.plan import Bounds, ExportPlan, Recipient
from blocking.protection import Protection
from blocking.receipts import receive_file
from blocking.releases import release
from blocking.requests import make_requests
from cases import audit, proposals
from cases.models import Case, Person, Proposal
from cases.moves import move
from cases.people import Role
from domain.errors import AccessError
from domain.gaps import Owed
from domain.orders import OrderState
from domain.rechecks import ProposalKind
from domain.states import CaseState
from tests.blocking.conftest import Confirmed, Time, host
from tests.people import person
from tests.records import new_run

pytestmark = pytest.mark.django_db
S = OrderState


class Houses:
    """A unit with several recipients, of which it can lose one."""

    def __init__(self, plan: ExportPlan, protection: Protection, clock: Time, who: Person) -> None:
        self.clock, self.who, self.protection = clock, who, protection
        formats = ("json", "csv", "rpz")
        self.all = tuple(Recipient(name, formats) for name in ("former", "operators", "regulator"))
        self.plan = replace(plan, recipients=self.all)

    def send(self) -> dict[str, int]:
        """Build and release for every recipient; how many liftings each delta says."""
        make_requests(self.plan.rules, self.protection, clock=self.clock)
        expiry.renew(self.plan.rules, self.protection, clock=self.clock)
        lifted = {}
        for recipient in self.plan.recipients:
            self.clock.pass_by(minutes=1)
            built = build(recipient, self.plan, self.protection, clock=self.clock)
            assert built.export is not None
            if built.unchanged:
                continue
            release(built.export, self.who, self.plan, self.protection, clock=self.clock)
            delta = parse(built.export.manifest.encode(), "x").delta
            lifted[recipient.name] = delta.lifted if delta else 0
        return lifted

    def answer(self, what: str) -> None:
        """All that were asked last answer every entry that waits for it."""
        waiting = S.LIFT_SENT if what == "lifted" else S.SENT
        self.clock.pass_by(minutes=1)
        at = self.clock().isoformat()
        for name in {one.name for one in self.plan.recipients}:
            rows = Order.objects.filter(recipient=name, state=waiting)
            lines = [f"{order.request_id},{what},{at}\n" for order in rows]
            if not lines:
                continue
            data = ("id,answer,at\n" + "".join(lines)).encode()
            receive_file(
                name, data, self.who, name="a.csv", bounds=Bounds(), zone=UTC, clock=self.clock
            )

    def states(self, case: Case) -> dict[str, str]:
        rows = Order.objects.filter(request__case=case)
        return dict(rows.values_list("recipient", "state"))

    def owed(self) -> list[tuple[str, Owed, bool]]:
        listed = [one.name for one in self.plan.recipients]
        found = overdue(listed, answer_days=3, now=self.clock())
        return [(one.recipient, one.owed, one.listed) for one in found]


@pytest.fixture
def houses(plan: ExportPlan, protection: Protection, clock: Time, supervisor: Person) -> Houses:
    return Houses(plan, protection, clock, supervisor)


@pytest.fixture
def case(confirmed: Confirmed, houses: Houses) -> Case:
    """Blocked at three recipients, of which the settings then lose one."""
    case = confirmed(host("shop.test"))
    confirmed(host("kept.test"))
    houses.send()
    houses.answer("executed")
    assert set(houses.states(case).values()) == {S.EXECUTED}
    houses.plan = replace(houses.plan, recipients=houses.all[1:])
    case.refresh_from_db()
    return case


def proposed(case: Case, kind: ProposalKind, clock: Time) -> Proposal:
    row = proposals.propose(case, new_run(), kind, {"says": "seen so"}, clock=clock)
    assert row is not None
    return row


def by_proposal(kind: ProposalKind) -> Callable[[Case, Houses], CaseState]:
    def act(case: Case, houses: Houses) -> CaseState:
        row = proposed(case, kind, houses.clock)
        accept(row, houses)
        return CaseState.WITHDRAWN if kind is ProposalKind.PROTECTED else CaseState.LIFTED

    return act


def accept(row: Proposal, houses: Houses, who: Person | None = None) -> None:
    proposals.decide(row.pk, who or houses.who, accept=True, reason="", clock=houses.clock)


def when_unreachable(case: Case, houses: Houses) -> CaseState:
    move(case.pk, CaseState.UNREACHABLE, actor="test", reason="down", clock=houses.clock)
    return by_proposal(ProposalKind.GONE)(case, houses)


def by_appeal(case: Case, houses: Houses) -> CaseState:
    appeal = Appeal.objects.create(
        key="appeal/1", run=new_run(), received_at=houses.clock(), due_at=houses.clock(),
        about="shop.test", asks="lift", grounds="not ours", case=case,
    )  # fmt: skip
    appeals.decide(appeal.pk, houses.who, uphold=True, reason="wrong host", clock=houses.clock)
    row = Proposal.objects.get(kind=ProposalKind.LIFT)
    accept(row, houses, person("supervisor2", Role.SUPERVISOR))
    return CaseState.LIFTED


def kept_alive(houses: Houses) -> None:
    """Renew the request of the case beside, so that an empty list is not what is tested."""
    expiry.ask(new_run(), houses.plan.rules, clock=houses.clock)
    row = Proposal.objects.get(kind=ProposalKind.EXPIRING, case__target__value="kept.test")
    accept(row, houses)
    expiry.renew(houses.plan.rules, houses.protection, clock=houses.clock)
    houses.who = person("supervisor3", Role.SUPERVISOR)  # nobody releases what they had renewed


def by_running_out(case: Case, houses: Houses) -> CaseState:
    houses.clock.pass_by(days=80)
    kept_alive(houses)
    houses.clock.pass_by(days=11)
    assert expiry.expire(clock=houses.clock) == 1
    return CaseState.EXPIRED


def by_rejected_renewal(case: Case, houses: Houses) -> CaseState:
    houses.clock.pass_by(days=80)
    kept_alive(houses)
    row = Proposal.objects.get(kind=ProposalKind.EXPIRING, case=case)
    proposals.decide(row.pk, houses.who, accept=False, reason="quiet", clock=houses.clock)
    houses.clock.pass_by(days=11)
    assert expiry.expire(clock=houses.clock) == 1
    return CaseState.EXPIRED


@pytest.mark.parametrize(
    "act",
    [
        by_proposal(ProposalKind.GONE),
        by_proposal(ProposalKind.CLEANED),
        by_proposal(ProposalKind.PROTECTED),
        when_unreachable,
        by_appeal,
        by_running_out,
        by_rejected_renewal,
    ],
    ids=["gone", "cleaned", "protected", "unreachable", "appeal", "expiry", "not renewed"],
)
def test_every_recipient_that_ever_got_it_lifts_it(
    act: Callable[[Case, Houses], CaseState], case: Case, houses: Houses
) -> None:
    state = act(case, houses)
    case.refresh_from_db()
    assert case.state == state
    assert ("former", Owed.NOT_SENT, False) in houses.owed(), "no release reaches it any more"
    lifted = houses.send()
    assert all(lifted.values())
    assert houses.states(case) == {
        "former": S.EXECUTED,
        "operators": S.LIFT_SENT,
        "regulator": S.LIFT_SENT,
    }
    houses.clock.pass_by(days=4)
    assert ("operators", Owed.LIFTED, True) in houses.owed(), "chased until it is answered"
    houses.answer("lifted")
    houses.plan = replace(houses.plan, recipients=houses.all)  # named again until it has answered
    assert houses.send()["former"] >= 1
    houses.answer("lifted")
    assert set(houses.states(case).values()) == {S.LIFT_EXECUTED}
    assert not [one for one in houses.owed() if one[1] is not Owed.ANSWER]
    assert audit.verify().holds


def test_an_analyst_lifts_nothing(case: Case, houses: Houses) -> None:
    row = proposed(case, ProposalKind.GONE, houses.clock)
    with pytest.raises(AccessError, match="lift blocks"):
        accept(row, houses, person("analyst9", Role.ANALYST))
    row.refresh_from_db()
    case.refresh_from_db()
    assert (row.state, case.state) == ("open", "requested")


def test_what_ends_a_case_closes_what_else_is_proposed_about_its_block(
    case: Case, houses: Houses
) -> None:
    gone = proposed(case, ProposalKind.GONE, houses.clock)
    cleaned = proposed(case, ProposalKind.CLEANED, houses.clock)
    moved = proposed(case, ProposalKind.MOVED, houses.clock)
    accept(gone, houses)
    for row in (cleaned, moved):
        row.refresh_from_db()
    assert (cleaned.state, moved.state) == ("lapsed", "open")
    assert cleaned.reason == "the case is lifted"


def test_an_accepted_proposal_about_a_case_that_is_not_requested_moves_nothing(
    confirmed: Confirmed, houses: Houses, analyst: Person
) -> None:
    case = confirmed(host("shop.test"))
    accept(proposed(case, ProposalKind.GONE, houses.clock), houses, analyst)
    case.refresh_from_db()
    assert case.state == CaseState.CONFIRMED


def test_the_first_night_after_a_lifting_is_not_late(case: Case, houses: Houses) -> None:
    accept(proposed(case, ProposalKind.GONE, houses.clock), houses)
    houses.clock.pass_by(days=1)
    assert [one[0] for one in houses.owed()] == ["former"]
    houses.clock.pass_by(days=3)
    late = {one[0] for one in houses.owed() if one[1] is Owed.NOT_SENT}
    assert late == {"former", "operators", "regulator"}
    assert houses.clock() - timedelta(days=4) > case.changed_at
