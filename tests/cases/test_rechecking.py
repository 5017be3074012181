from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cases import proposals, rechecking, runs
from cases.models import AuditEvent, Case, ContentCheck, Proposal, Run
from cases.moves import move
from cases.rechecking import Seen, due_cases
from domain.candidates import Why
from domain.errors import AccessError, InputError, RuleError
from domain.rechecks import CheckResult, ProposalKind, Rules, Schedule
from domain.states import CaseState
from tests.people import analyst, outsider
from tests.records import case_in

pytestmark = pytest.mark.django_db

FIRST = datetime(2026, 3, 1, 20, tzinfo=UTC)
RULES = Rules(unreachable_after=3, gone_after=5, cleaned_after=3, new_evidence=0.3)
SCHEDULE = Schedule(
    {
        CaseState.IN_REVIEW: 1,
        CaseState.CONFIRMED: 1,
        CaseState.DISMISSED: 30,
        CaseState.UNREACHABLE: 3,
    },
    unreachable_max_days=60,
    spread=0.0,
    max_per_night=2,
)


def night(day: float) -> Run:
    return Run.objects.create(kind="night", started_at=FIRST + timedelta(days=day))


def look(case: Case, day: float, result: CheckResult, *, selling=None, new_share=0.0):
    """A look in the night ``day`` days after the first."""
    run = night(day)
    outcome = {CheckResult.DOWN: "timeout", CheckResult.UP: "ok"}.get(result, result.value)
    seen = Seen(result, outcome, 0.6, score=0.9, selling=selling, new_share=new_share)
    checked = rechecking.record(case.pk, run, seen, RULES, clock=lambda: run.started_at)
    assert checked is not None
    case.refresh_from_db()
    return run


def visited(case: Case, day: float) -> None:
    run = night(day)
    runs.add_source(run, case.target.key, Why.LINK)
    run.sources.update(done=True)


def due(day: float) -> list[int]:
    return due_cases(SCHEDULE, FIRST + timedelta(days=day)).cases


def test_cases_fall_due_by_their_states() -> None:
    confirmed = case_in(CaseState.CONFIRMED, "host:a.test")
    dismissed = case_in(CaseState.DISMISSED, "host:b.test")
    screened = case_in(CaseState.SCREENED_OUT, "host:c.test")
    for case in (confirmed, dismissed, screened):
        visited(case, 0)
    assert due(0.1) == []
    assert due(1) == [confirmed.pk]
    assert due(29) == [confirmed.pk]
    assert due(30) == [confirmed.pk, dismissed.pk]
    look(dismissed, 30, CheckResult.UP, selling=False)
    assert due(31) == [confirmed.pk]


def test_the_longest_overdue_come_first_and_the_rest_waits() -> None:
    cases = [case_in(CaseState.CONFIRMED, f"host:{name}.test") for name in "abc"]
    for case, day in zip(cases, (3, 1, 2), strict=True):
        visited(case, day)
    found = due_cases(SCHEDULE, FIRST + timedelta(days=9))
    assert (found.cases, found.over_budget) == ([cases[1].pk, cases[2].pk], 1)


def test_restricted_cases_are_not_looked_at_again() -> None:
    case = case_in(CaseState.CONFIRMED)
    Case.objects.filter(pk=case.pk).update(restricted=True)
    assert due(400) == []


def test_several_nights_down_make_it_unreachable_and_one_look_brings_it_back() -> None:
    case = case_in(CaseState.CONFIRMED)
    look(case, 0, CheckResult.DOWN)
    look(case, 0.1, CheckResult.DOWN)
    look(case, 1, CheckResult.DOWN)
    assert case.state == "confirmed", "two nights, however many looks"
    look(case, 2, CheckResult.DOWN)
    assert (case.state, case.came_from) == ("unreachable", "confirmed")
    event = AuditEvent.objects.get(action="case.unreachable")
    assert event.actor == "system:recheck"
    assert event.details["reason"] == "down in 3 nights: timeout"
    look(case, 5, CheckResult.BLOCKED)
    assert (case.state, case.came_from) == ("confirmed", "")


def test_a_look_between_that_does_not_fail_begins_the_count_anew() -> None:
    case = case_in(CaseState.IN_REVIEW)
    for day, result in enumerate(["down", "down", "blocked", "down", "down"]):
        look(case, day, CheckResult(result))
    assert case.state == "in_review"


def test_unreachable_ones_are_looked_at_less_and_less_often() -> None:
    case = case_in(CaseState.CONFIRMED)
    for day in range(3):
        look(case, day, CheckResult.DOWN)
    assert case.state == "unreachable"
    waits = []
    day = 2
    for _ in range(5):
        wait = next(n for n in range(1, 200) if due(day + n))
        waits.append(wait)
        day += wait
        look(case, day, CheckResult.DOWN)
    assert waits == [3, 6, 12, 24, 48]


def test_the_same_look_twice_changes_nothing() -> None:
    case = case_in(CaseState.CONFIRMED)
    run = look(case, 0, CheckResult.DOWN)
    seen = Seen(CheckResult.UP, "ok", 0.6)
    assert rechecking.record(case.pk, run, seen, RULES) is None
    assert ContentCheck.objects.get().result == "down"


@pytest.mark.parametrize(
    ("selling", "new_share", "state"),
    [(True, 0.5, "in_review"), (True, 0.1, "dismissed"), (False, 0.9, "dismissed")],
)
def test_a_dismissed_case_comes_back_by_what_is_new_alone(selling, new_share, state) -> None:
    case = case_in(CaseState.DISMISSED)
    before = case.review_round
    look(case, 0, CheckResult.UP, selling=selling, new_share=new_share)
    assert case.state == state
    assert case.review_round - before == (state == "in_review")


def test_a_dismissed_case_that_was_unreachable_comes_back_to_review() -> None:
    case = case_in(CaseState.DISMISSED)
    move(case.pk, CaseState.UNREACHABLE, actor="x", reason="down")
    look(case, 0, CheckResult.UP, selling=True, new_share=1.0)
    assert case.state == "in_review"
    moved = AuditEvent.objects.filter(actor="system:recheck").values_list("action", flat=True)
    assert list(moved) == ["case.dismissed", "case.in_review"]


def by_looks(case: Case, run: Run) -> list[tuple[str, str]]:
    clock = lambda: run.started_at  # noqa: E731
    found = proposals.by_looks(case, run, RULES, clock=clock)
    return [(row.kind, row.evidence["says"]) for row in found]


def test_gone_is_proposed_once_and_anew_only_after_it_was_there_again() -> None:
    case = case_in(CaseState.CONFIRMED)
    results = ["down", "parked", "seized", "down", "down", "down"]
    opened = [by_looks(case, look(case, day, CheckResult(r))) for day, r in enumerate(results)]
    assert opened == [[], [], [], [], [("gone", "parked, seized, timeout in 5 nights")], []]
    decided = proposals.decide(
        Proposal.objects.get().pk, analyst("one"), accept=False, reason="a pause"
    )
    assert decided.state == "rejected"
    assert by_looks(case, look(case, 6, CheckResult.DOWN)) == []
    look(case, 7, CheckResult.UP, selling=True)
    opened = [by_looks(case, look(case, day, CheckResult.DOWN)) for day in range(8, 13)]
    assert opened == [[], [], [], [], [("gone", "timeout in 5 nights")]]


def test_cleaned_needs_looks_that_knew_it() -> None:
    case = case_in(CaseState.CONFIRMED)
    known = [False, None, False, False, False]
    opened = [
        by_looks(case, look(case, day, CheckResult.UP, selling=selling))
        for day, selling in enumerate(known)
    ]
    assert opened == [[], [], [], [], [("cleaned", "up and not selling in 3 nights")]]


def test_a_proposal_lapses_and_is_then_no_decision() -> None:
    case = case_in(CaseState.CONFIRMED)
    run = night(0)
    row = proposals.propose(case, run, ProposalKind.GONE, {})
    assert proposals.lapse(case, [ProposalKind.GONE], "up in run 9") == 1
    assert row is not None
    row.refresh_from_db()
    assert (row.state, row.closed_by, row.reason) == ("lapsed", None, "up in run 9")
    assert proposals.propose(case, run, ProposalKind.GONE, {}) is not None


def test_a_named_person_decides_a_proposal_and_the_case_stays() -> None:
    case = case_in(CaseState.CONFIRMED)
    row = proposals.propose(case, night(0), ProposalKind.GONE, {})
    assert row is not None
    with pytest.raises(AccessError):
        proposals.decide(row.pk, outsider(), accept=True, reason="")
    person = analyst("one")
    with pytest.raises(InputError, match="needs a reason"):
        proposals.decide(row.pk, person, accept=False, reason=" ")
    with pytest.raises(InputError, match="no proposal 999"):
        proposals.decide(999, person, accept=True, reason="")
    proposals.decide(row.pk, person, accept=True, reason="")
    row.refresh_from_db()
    assert (row.state, row.closed_by) == ("accepted", person)
    case.refresh_from_db()
    assert case.state == "confirmed"
    assert AuditEvent.objects.filter(action="proposal.accepted", actor="one").count() == 1
    with pytest.raises(RuleError, match="accepted, not open"):
        proposals.decide(row.pk, person, accept=False, reason="no")
