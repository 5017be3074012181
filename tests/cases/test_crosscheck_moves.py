"""Whatever people and nights do to cases by the ways of the house, the record fits the chain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases import assessing, audit, decisions, identity, intake, proposals, rechecking, runs
from cases.crosscheck import contradictions
from cases.models import AuditEvent, Case, DecisionRow, Person, Proposal, Run
from cases.moves import move
from cases.people import switch
from domain.assessment import Role as SiteRole
from domain.assessment import Verdict as Assessed
from domain.captures import Outcome
from domain.decisions import Jurisdiction, VerdictKind
from domain.errors import MoveError, NarcowatchError
from domain.rechecks import CheckResult, ProposalKind, Rules
from domain.states import CaseState
from domain.targets import parse_key
from tests import people
from tests.records import NOON, case_in

pytestmark = pytest.mark.django_db
LATER = datetime(2999, 1, 1, tzinfo=UTC)
RULES = Rules(unreachable_after=1, gone_after=2, cleaned_after=2, new_evidence=0.5)
PEOPLE = ("one", "two", "three", "boss")


@dataclass
class House:
    """Two cases, those who work on them, and how often each thing was done, not only tried."""

    people: dict[str, Person]
    cases: list[int]
    days: int = 0
    done: list[str] = field(default_factory=list)

    def run(self) -> Run:
        self.days += 1
        return Run.objects.create(kind="night", started_at=NOON + timedelta(days=self.days))

    def case(self, number: int) -> Case:
        return Case.objects.get(pk=self.cases[number])


def decide(kind: VerdictKind) -> Callable[[House, int, str], object]:
    def act(house: House, number: int, who: str) -> object:
        verdict = decisions.Verdict(
            kind, "because", Jurisdiction.SELLS_IN, seconds=9, hold_until=LATER
        )
        return decisions.decide(house.cases[number], house.people[who], verdict)

    return act


def to_state(to: CaseState) -> Callable[[House, int, str], object]:
    """As a stage does it: only people begin and end a hold."""

    def act(house: House, number: int, who: str) -> object:
        if house.case(number).state == CaseState.ON_HOLD and to is CaseState.IN_REVIEW:
            raise MoveError("only people end a hold")
        return move(house.cases[number], to, actor="system:test", reason="by rule")

    return act


def back(house: House, number: int, who: str) -> object:
    """As a look does it, which takes back an absence and never a hold."""
    case = house.case(number)
    if case.state != CaseState.UNREACHABLE:
        raise MoveError("it was not away")
    to = CaseState(case.came_from)
    return move(case.pk, to, actor="system:recheck", reason="reachable again")


def end_hold(house: House, number: int, who: str) -> object:
    return decisions.end_hold(house.cases[number], house.people[who], "it is over")


def withdraw(house: House, number: int, who: str) -> object:
    return decisions.withdraw(house.cases[number], house.people[who], "an error")


def assess(house: House, number: int, who: str) -> object:
    figures = Assessed(0.9, 0.5, SiteRole.SHOP)
    return assessing.record_verdict(
        house.cases[number], figures, [], "m1", review_threshold=0.5, actor="system:assess"
    )


def look(result: CheckResult, **seen: Any) -> Callable[[House, int, str], object]:
    def act(house: House, number: int, who: str) -> object:
        met = replace(rechecking.Seen(result, Outcome.OK, 0.5), **seen)
        return rechecking.record(house.cases[number], house.run(), met, RULES)

    return act


def propose(house: House, number: int, who: str) -> object:
    return proposals.propose(
        house.case(number), house.run(), ProposalKind.GONE, {"says": "gone"}, since=LATER
    )


def answer(house: House, number: int, who: str) -> object:
    proposal = Proposal.objects.filter(case=house.cases[number]).order_by("pk").last()
    known = proposal.pk if proposal else 0
    return proposals.decide(known, house.people[who], accept=who == "one", reason="so it is")


def rekey(house: House, number: int, who: str) -> object:
    key = parse_key(f"telegram:{1000 + number}")
    return identity.rekey(house.case(number).target, key, "shop", actor="channels")


def merge(house: House, number: int, who: str) -> object:
    """A name that nobody has looked at turns out to be the target of the case."""
    alias, _ = intake.target_row(parse_key(f"telegram:@alias{len(house.done)}"))
    return identity.merge(alias, house.case(number).target, actor="channels")


def merge_into(house: House, number: int, who: str) -> object:
    """The target of the case turns out to be one that nobody has looked at."""
    into, _ = intake.target_row(parse_key(f"telegram:{5000 + len(house.done)}"))
    merged = identity.merge(house.case(number).target, into, actor="channels")
    if merged:
        house.cases[number] = Case.objects.get(target=into).pk
    return merged


def leave(house: House, number: int, who: str) -> object:
    """A person goes, with what was decided standing, and comes back into another group."""
    person = house.people[who]
    switch(person, active=not person.is_active, actor="test")
    return person


ACTS: dict[str, Callable[[House, int, str], object]] = {
    **{f"decide {kind}": decide(kind) for kind in VerdictKind},
    **{
        f"to {state}": to_state(state)
        for state in (
            CaseState.REQUESTED,
            CaseState.EXPIRED,
            CaseState.LIFTED,
            CaseState.UNREACHABLE,
        )
    },
    "back": back,
    "again": to_state(CaseState.IN_REVIEW),
    "end hold": end_hold,
    "withdraw": withdraw,
    "assess": assess,
    "look up": look(CheckResult.UP, selling=True, score=0.9, new_share=1.0),
    "look down": look(CheckResult.DOWN),
    "propose": propose,
    "answer": answer,
    "rekey": rekey,
    "merge": merge,
    "merge into": merge_into,
    "leave": leave,
}


@pytest.fixture
def staff() -> dict[str, Person]:
    found = {name: people.analyst(name) for name in PEOPLE[:3]}
    return {**found, "boss": people.supervisor("boss")}


def house_of(staff: dict[str, Person]) -> House:
    cases = [
        case_in(CaseState.IN_REVIEW, "telegram:@one1").pk,
        case_in(CaseState.NEW, "telegram:@two2").pk,
    ]
    return House(staff, cases)


def act(house: House, name: str, number: int, who: str) -> bool:
    """Do one thing. False where the house refuses it, which must leave nothing behind."""
    before = AuditEvent.objects.count()
    try:
        ACTS[name](house, number, who)
    except NarcowatchError:
        assert AuditEvent.objects.count() == before, name
        return False
    house.done.append(name)
    return True


STEP = st.tuples(st.sampled_from(sorted(ACTS)), st.integers(0, 1), st.sampled_from(PEOPLE))


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEP, max_size=20))
def test_the_record_fits_the_chain_after_whatever_is_done(
    staff: dict[str, Person], steps: list[tuple[str, int, str]]
) -> None:
    with transaction.atomic():
        house = house_of(staff)
        for name, number, who in steps:
            act(house, name, number, who)
            assert contradictions() == [], house.done
        assert audit.verify().holds
        transaction.set_rollback(True)


#: Ways of the case through every state, as people and stages take it; each step must be done.
WAYS = [
    ["decide hold"],
    ["decide hold", "end hold"],
    ["decide hold", "end hold", "decide hold", "end hold", "decide confirm"],
    ["decide escalate", "decide hold", "end hold", "decide dismiss"],
    ["decide confirm", "decide confirm", "decide hold", "end hold", "to requested", "to expired"],
    ["decide confirm", "decide confirm", "to requested", "to lifted", "again", "decide dismiss"],
    ["decide confirm", "decide confirm", "withdraw", "look up", "decide hold"],
    ["decide confirm", "decide dismiss", "decide dismiss", "again", "decide confirm"],
    ["decide hold", "look down", "back", "end hold", "propose", "answer", "decide confirm"],
    ["decide hold", "rekey", "merge", "merge into", "end hold"],
    ["decide confirm", "leave", "decide confirm", "assess", "look down", "look up"],
    ["propose", "answer", "decide escalate"],
]


def test_every_way_through_the_states(staff: dict[str, Person]) -> None:
    for way in WAYS:
        with transaction.atomic():
            house = house_of(staff)
            for name in way:
                assert any(act(house, name, 0, who) for who in PEOPLE), (name, house.done)
                assert contradictions() == [], house.done
            assert audit.verify().holds
            transaction.set_rollback(True)


def test_the_ways_do_everything_that_there_is() -> None:
    done = {step for way in WAYS for step in way}
    assert done | {"to unreachable"} == set(ACTS), "a new act needs a way"


def test_what_is_typed_leaves_a_record_that_fits(tmp_path: Path, staff, capsys) -> None:
    """As an analyst found it: a hold, and the chain was called broken for good."""
    password = tmp_path / "password"
    password.write_text(people.PASSWORD)
    password.chmod(0o600)
    case = case_in(CaseState.IN_REVIEW)

    def typed(what: str, *options: str, user: str = "one") -> None:
        signed = ("--user", user, "--password-file", str(password))
        call_command("review", what, str(case.pk), *signed, *options)
        call_command("audit", "verify")
        assert "audit chain holds" in capsys.readouterr().out, what

    typed("hold", "--reason", "operation", "--until", "2999-01-31")
    typed("end-hold", "--reason", "over")
    typed("escalate", "--reason", "unsure", user="two")
    for user in ("one", "three"):
        typed("confirm", "--jurisdiction", "sells_in", user=user)
    typed("hold", "--reason", "operation", "--until", "2999-01-31", user="two")
    typed("end-hold", "--reason", "over", user="boss")
    typed("withdraw", "--reason", "an error", user="boss")


def test_a_hold_that_was_changed_past_the_house_is_told(staff: dict[str, Person]) -> None:
    house = house_of(staff)
    assert act(house, "decide hold", 0, "one")
    case = house.cases[0]
    Case.objects.filter(pk=case).update(hold_owner=staff["two"])
    assert contradictions() == [f"case:{case} is held by two, the chain says one"]
    Case.objects.filter(pk=case).update(hold_owner=None)
    assert contradictions() == [f"case:{case} is held by nobody, the chain says one"]
    Case.objects.filter(pk=case).update(hold_owner=staff["one"])
    assert contradictions() == []
    Case.objects.filter(pk=house.cases[1]).update(hold_owner=staff["one"])
    assert contradictions() == [f"case:{house.cases[1]} is held by one, the chain says nobody"]


def test_a_decision_is_still_missed_beside_a_hold(staff: dict[str, Person]) -> None:
    house = house_of(staff)
    for name, who in (("decide hold", "one"), ("end hold", "one"), ("decide confirm", "one")):
        assert act(house, name, 0, who)
    DecisionRow.objects.all().delete()
    (told,) = contradictions()
    assert told.endswith("one decided confirm, the record does not")


def test_a_resumed_run_fits(tmp_path: Path) -> None:
    runs.start("night", "", {}, evidence_root=tmp_path)
    run = runs.start("night", "", {}, evidence_root=tmp_path)
    runs.finish(run, Run.State.COMPLETE, {"audit_head": AuditEvent.objects.latest("seq").hash})
    assert contradictions() == []
