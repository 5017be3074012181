"""The never-block list that people keep: who may change it, and that every safeguard asks it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError
from django.urls import reverse

from blocking import protected
from blocking.covered import Follows
from blocking.exports import build
from blocking.findings import Code
from blocking.models import BlockingRequest, Export, ProtectedName
from blocking.neverblock import Wanted
from blocking.plan import ExportPlan
from blocking.protection import Protection
from blocking.releases import look, release
from blocking.requests import make_requests
from blocking.safeguards import check_confirmable, decision_warnings
from blocking.states import ExportState
from cases.models import AuditEvent, Case, Person, Proposal
from cases.people import Role
from config.schema import CHECKOUT
from domain.errors import AccessError, FourEyesError, GateError, InputError, RuleError
from domain.rechecks import ProposalKind, ProposalState
from domain.states import CaseState
from domain.targets import url_key
from tests.blocking.conftest import NOW, Confirmed, Opened, Time, host
from tests.blocking.house import House
from tests.people import person
from tests.review.console.conftest import client_of, own

pytestmark = pytest.mark.django_db
WANTED = Wanted("clinic.test", "health", True, "a clinic", "its letter, 12/3", date(2026, 9, 1))
Adding = Callable[..., ProtectedName]


@pytest.fixture
def adding(supervisor: Person, protection: Protection, clock: Time) -> Adding:
    def put(name: str = "clinic.test", **changes: object) -> ProtectedName:
        wanted = replace(WANTED, name=name, **changes)
        return protected.add(supervisor, wanted, protection, clock=clock).row

    return put


@pytest.fixture
def admin(db: None) -> Person:
    return person("admin1", Role.ADMINISTRATOR)


@pytest.fixture
def house(plan: ExportPlan, clock: Time, supervisor: Person) -> House:
    """One whose lists are read anew for each step, as the commands and the console do."""
    return _house(plan, clock, supervisor)


def _house(plan: ExportPlan, clock: Time, supervisor: Person) -> House:
    return House(plan, plan.protection(), clock, supervisor)


# Every place where a safeguard consults the list.


def test_people_are_warned_before_they_decide(opened: Opened, adding: Adding) -> None:
    case, page = opened(host("pay.clinic.test")), opened(url_key("http://clinic.test/a"))
    assert decision_warnings(case) == decision_warnings(page) == []
    adding()
    for one in (case, page):
        (finding,) = decision_warnings(one)
        assert finding.code is Code.NEVER_BLOCK
        assert "clinic.test (health, since 2026-03-01)" in finding.message


def test_the_page_of_a_case_warns(opened: Opened, adding: Adding) -> None:
    case = opened(host("clinic.test"))
    client = client_of(own(person("analyst9", Role.ANALYST)))
    page = client.get(reverse("case", args=[case.pk])).content.decode()
    assert "never-block" not in page
    adding()
    page = client.get(reverse("case", args=[case.pk])).content.decode()
    assert "is on the never-block list: clinic.test" in page


def test_a_look_alike_of_it_is_seen(opened: Opened, adding: Adding) -> None:
    case = opened(host("сlinic.test".encode("idna").decode()))  # a Cyrillic letter
    assert decision_warnings(case) == []
    adding()
    assert [finding.code for finding in decision_warnings(case)] == [Code.LOOK_ALIKE]


def test_confirming_needs_a_written_reason(opened: Opened, adding: Adding) -> None:
    case = opened(host("clinic.test"))
    check_confirmable(case, "")
    adding()
    with pytest.raises(RuleError, match=r"clinic\.test.*needs a written reason"):
        check_confirmable(case, "")


def test_no_request_is_made_for_it(
    confirmed: Confirmed, adding: Adding, plan: ExportPlan, clock: Time
) -> None:
    confirmed(host("clinic.test"), reason="taken over")
    adding()
    (refusal,) = make_requests(plan.rules, plan.protection(), clock=clock).refused
    assert "never-block" in refusal.message
    assert not BlockingRequest.objects.exists()


def test_a_page_on_it_needs_the_second_persons_reason(
    confirmed: Confirmed, adding: Adding, plan: ExportPlan, clock: Time
) -> None:
    confirmed(url_key("http://clinic.test/a"))
    confirmed(url_key("http://clinic.test/b"), reason="the clinic was told")
    adding()
    done = make_requests(plan.rules, plan.protection(), clock=clock)
    assert [refusal.target for refusal in done.refused] == ["url:http://clinic.test/a"]
    assert BlockingRequest.objects.get().overridden


def test_the_gate_refuses_an_export_with_it(
    confirmed: Confirmed, adding: Adding, plan: ExportPlan, clock: Time
) -> None:
    confirmed(host("clinic.test"))
    make_requests(plan.rules, plan.protection(), clock=clock)
    adding()
    with pytest.raises(GateError, match="never-block"):
        build(plan.recipient("regulator"), plan, plan.protection(), clock=clock)
    assert Export.objects.get().state == ExportState.REFUSED


def test_what_was_built_before_is_not_released(
    confirmed: Confirmed, adding: Adding, house: House, plan: ExportPlan, clock: Time
) -> None:
    confirmed(host("clinic.test"))
    export = house.build().export
    assert look(export, house.person, plan, plan.protection(), clock=clock) == []
    adding()
    found = look(export, house.person, plan, plan.protection(), clock=clock)
    assert [finding.code for finding in found] == [Code.NEVER_BLOCK]
    with pytest.raises(GateError, match="never-block"):
        release(export, house.person, plan, plan.protection(), clock=clock)


def test_a_block_above_it_spares_it_and_lists_let_it_pass(
    confirmed: Confirmed, adding: Adding, plan: ExportPlan, clock: Time, supervisor: Person
) -> None:
    for name in ("shop.test", "other.test"):
        confirmed(host(name))
    house = _house(plan, clock, supervisor)
    house.release(house.build().export)
    adding("help.shop.test")
    export = _house(plan, clock, supervisor).build().export
    folder = plan.folder / export.folder
    zone, spared = (folder / "block.rpz").read_text(), (folder / "passthru.rpz").read_text()
    assert "*.other.test" in zone
    assert "*.shop.test" not in zone
    assert "\nhelp.shop.test CNAME rpz-passthru." in spared


def test_nothing_reads_the_files_alone() -> None:
    """Who holds something against them asks ``ExportPlan.protection`` or ``safeguards.lists``."""
    asking = r"load_protection\(|\.lists\(\)|\.lists\b(?!\()"
    found = {
        str(path.relative_to(CHECKOUT))
        for room in ("blocking", "nightly", "review", "cases", "crawlers", "channels")
        for path in Path(CHECKOUT / room).rglob("*.py")
        if re.search(asking, path.read_text())
    }
    assert found == {
        "blocking/apps.py",  # reads them, and checks that they can be read
        "blocking/plan.py",
        "blocking/protection.py",
        "blocking/safeguards.py",
        "nightly/doctor/parts.py",  # whether they can be read
        "review/console/never_block.py",  # shows them, and refuses what they hold already
    }


# Who may change it.


@pytest.mark.parametrize("role", Role)
def test_supervisors_and_administrators_change_it(
    role: Role, protection: Protection, clock: Time
) -> None:
    somebody = person("somebody", role)
    if role in {Role.SUPERVISOR, Role.ADMINISTRATOR}:
        protected.add(somebody, WANTED, protection, clock=clock)
        assert [entry.name for entry in protected.in_force()] == ["clinic.test"]
        return
    row = protected.add(person("other", Role.SUPERVISOR), WANTED, protection, clock=clock).row
    for step in (
        lambda: protected.add(somebody, replace(WANTED, name="b.test"), protection, clock=clock),
        lambda: protected.propose_withdrawal(row.pk, somebody, "x"),
        lambda: protected.withdraw(row.pk, somebody),
        lambda: protected.keep(row.pk, somebody, "x"),
        lambda: protected.review(row.pk, somebody, date(2026, 10, 1), "x"),
    ):
        with pytest.raises(AccessError):
            step()
    assert ProtectedName.objects.count() == 1


def test_it_is_taken_off_by_two_people(adding: Adding, supervisor: Person, admin: Person) -> None:
    row = adding()
    with pytest.raises(RuleError, match="nobody proposed"):
        protected.withdraw(row.pk, admin)
    with pytest.raises(InputError, match="reason"):
        protected.propose_withdrawal(row.pk, supervisor, " ")
    protected.propose_withdrawal(row.pk, supervisor, "it closed")
    assert [entry.name for entry in protected.in_force()] == ["clinic.test"]
    with pytest.raises(RuleError, match="proposed already"):
        protected.propose_withdrawal(row.pk, admin, "again")
    with pytest.raises(FourEyesError, match="another person"):
        protected.withdraw(row.pk, supervisor)
    protected.withdraw(row.pk, admin)
    assert protected.in_force() == []
    with pytest.raises(RuleError, match="is withdrawn"):
        protected.propose_withdrawal(row.pk, admin, "again")
    again = adding()
    assert ProtectedName.objects.count() == 2
    assert again.pk != row.pk


def test_a_proposal_is_rejected_with_a_reason(adding: Adding, supervisor: Person, admin: Person):
    row = adding()
    protected.propose_withdrawal(row.pk, supervisor, "it closed")
    with pytest.raises(InputError):
        protected.keep(row.pk, admin, "")
    protected.keep(row.pk, admin, "it moved next door")
    with pytest.raises(RuleError):
        protected.withdraw(row.pk, admin)
    assert [entry.name for entry in protected.in_force()] == ["clinic.test"]


def test_every_step_is_in_the_chain(
    adding: Adding, supervisor: Person, admin: Person, clock: Time
) -> None:
    row = adding()
    protected.review(row.pk, admin, date(2027, 1, 1), "asked the clinic", clock=clock)
    protected.propose_withdrawal(row.pk, supervisor, "it closed", clock=clock)
    protected.keep(row.pk, admin, "it moved", clock=clock)
    protected.propose_withdrawal(row.pk, admin, "now it did", clock=clock)
    protected.withdraw(row.pk, supervisor, clock=clock)
    events = AuditEvent.objects.filter(subject="neverblock:clinic.test").order_by("seq")
    assert [(one.action, one.actor, one.details["reason"]) for one in events] == [
        ("never_block.added", "supervisor1", "a clinic"),
        ("never_block.reviewed", "admin1", "asked the clinic"),
        ("never_block.withdrawal_proposed", "supervisor1", "it closed"),
        ("never_block.kept", "admin1", "it moved"),
        ("never_block.withdrawal_proposed", "admin1", "now it did"),
        ("never_block.withdrawn", "supervisor1", "now it did"),
    ]
    assert events[0].details["source"] == "its letter, 12/3"


# What is no entry.


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": "kz"}, "public suffix"),
        ({"name": "github.io"}, "public suffix"),
        ({"name": "no host!"}, "not a host name"),
        ({"name": ""}, "empty"),
        ({"name": "egov.kz"}, "already"),
        ({"name": "my.egov.kz"}, "already"),
        ({"category": "friends"}, "none of"),
        ({"reason": " "}, "reason is needed"),
        ({"source": ""}, "source is needed"),
        ({"reason": "x" * 1001}, "at most 1000"),
        ({"review_by": NOW.date()}, "after today"),
        ({"review_by": NOW.date() + timedelta(days=1099)}, "within"),
    ],
)
def test_what_is_wrong_is_refused(adding: Adding, changes: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        adding(**changes)
    assert not ProtectedName.objects.exists()
    assert not AuditEvent.objects.filter(action__startswith="never_block").exists()


def test_a_name_stands_on_it_once(adding: Adding) -> None:
    row = adding("Clinic.TEST.")
    assert row.name == "clinic.test"
    with pytest.raises(InputError, match="already"):
        adding()
    row.pk = None
    with pytest.raises(IntegrityError):
        row.save(force_insert=True)


def test_names_below_a_name_that_is_protected_alone(adding: Adding, protection: Protection) -> None:
    adding("d111.cloudfront.net")  # the file protects cloudfront.net and nothing below it
    adding("only.test", below=False)
    never = protection.with_names(protected.in_force()).never
    assert never.match("a.d111.cloudfront.net") is not None
    assert never.match("d222.cloudfront.net") is None
    assert never.match("only.test") is not None
    assert never.match("a.only.test") is None


# What stands requested.


def test_what_it_covers_is_told_and_proposed_for_withdrawal(
    confirmed: Confirmed,
    plan: ExportPlan,
    clock: Time,
    supervisor: Person,
    protection: Protection,
) -> None:
    names = ("clinic.test", "pay.clinic.test", "notclinic.test", "test.kz", "held.clinic.test")
    cases = {name: confirmed(host(name)) for name in names}
    cases["page"] = confirmed(url_key("http://clinic.test/a"))
    cases["excused"] = confirmed(url_key("http://clinic.test/b"), reason="the clinic was told")
    bare = plan.protection()
    make_requests(plan.rules, bare, clock=clock)
    BlockingRequest.objects.filter(case=cases["excused"]).update(overridden=True)
    Case.objects.filter(pk=cases["held.clinic.test"].pk).update(restricted=True)
    done = protected.add(supervisor, WANTED, protection, clock=clock)
    assert {(one.case_id, one.follows) for one in done.covered} == {
        (cases["clinic.test"].pk, Follows.REFUSED),
        (cases["pay.clinic.test"].pk, Follows.REFUSED),
        (cases["page"].pk, Follows.REFUSED),
        (cases["excused"].pk, Follows.EXCUSED),
    }
    rows = Proposal.objects.filter(kind=ProposalKind.PROTECTED, state=ProposalState.OPEN)
    assert set(rows.values_list("case", flat=True)) == {
        cases[name].pk for name in ("clinic.test", "pay.clinic.test", "page")
    }
    assert {row.evidence["entry"] for row in rows} == {done.row.pk}
    assert set(Case.objects.values_list("state", flat=True)) == {CaseState.REQUESTED}
    protected.propose_withdrawal(done.row.pk, supervisor, "it closed", clock=clock)
    protected.withdraw(done.row.pk, person("admin1", Role.ADMINISTRATOR), clock=clock)
    assert {row.state for row in Proposal.objects.all()} == {ProposalState.LAPSED}


def test_a_wider_block_is_told(
    confirmed: Confirmed, house: House, supervisor: Person, protection: Protection, clock: Time
) -> None:
    case = confirmed(host("shop.test"))
    house.build()
    wanted = replace(WANTED, name="help.shop.test")
    (covered,) = protected.add(supervisor, wanted, protection, clock=clock).covered
    assert (covered.case_id, covered.follows) == (case.pk, Follows.NARROWED)
    assert not Proposal.objects.exists()
