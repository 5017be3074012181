"""What others think of a case, a supervisor reads in the chain after deciding it, not before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from cases.decisions import end_hold, withdraw
from cases.models import AuditEvent, Case, Person
from cases.moves import move
from cases.people import Role
from cases.undoing import undo
from domain.errors import InputError
from domain.states import CaseState
from review import notes, service, trail
from review.dossier import asking, members
from review.dossier.wanting import Wanted
from review.second_review import SecondReview
from review.trail import Filter
from tests.people import person
from tests.review.deciding import at, decided, queued, say

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def analyst(db: None) -> Person:
    return person("analyst1", Role.ANALYST)


@pytest.fixture
def supervisor(db: None) -> Person:
    return person("supervisor1", Role.SUPERVISOR)


@pytest.fixture
def auditor(db: None) -> Person:
    return person("auditor1", Role.AUDITOR)


def read(reader: Person, case: Case) -> list[str]:
    """The actions on ``case`` that ``reader`` is shown, the oldest first."""
    page = trail.page(reader, Filter(subject=f"case:{case.pk}"))
    return [shown.event.action for shown in page.events][::-1]


def held_and_ended(case: Case, by: Person) -> None:
    until = at(100)()
    service.hold(case.pk, by, reason="a buyer is watched", until=until, clock=at(2))
    end_hold(case.pk, by, "the watch ended", clock=at(3))


def taken_back(case: Case, by: Person, word: str) -> None:
    say(case, by, word)
    undo(case.pk, by, MINUTE, clock=at(2))


BEGUN = ["case.assessed", "case.in_review"]
SAID: dict[str, Callable[[Case, Person], object]] = {
    "a verdict": lambda case, by: say(case, by, "confirm"),
    "an escalation": lambda case, by: say(case, by, "escalate"),
    "a note": lambda case, by: notes.write(case.pk, by, "a shop if ever there was one"),
    "a hold that ended": held_and_ended,
    "a verdict taken back": lambda case, by: taken_back(case, by, "confirm"),
    "a dismissal taken back": lambda case, by: taken_back(case, by, "dismiss"),
}


@pytest.mark.parametrize("what", SAID)
def test_what_others_said_of_an_open_case_is_not_read(
    analyst: Person, supervisor: Person, auditor: Person, what: str
) -> None:
    case = queued("shop")
    SAID[what](case, analyst)
    assert read(supervisor, case) == BEGUN
    everything = read(auditor, case)
    assert everything[:2] == BEGUN
    assert len(everything) > len(BEGUN)


@pytest.mark.parametrize("what", SAID)
def test_own_words_do_not_lift_it_but_a_verdict_does(
    analyst: Person, supervisor: Person, auditor: Person, what: str
) -> None:
    case = queued("shop")
    SAID[what](case, analyst)
    notes.write(case.pk, supervisor, "to be looked at")
    assert read(supervisor, case) == [*BEGUN, "note.written"]
    say(case, supervisor, "confirm", 4)
    assert read(supervisor, case) == read(auditor, case)


def test_a_verdict_of_an_earlier_round_does_not_open_the_present_one(
    analyst: Person, supervisor: Person, auditor: Person
) -> None:
    other = person("analyst2", Role.ANALYST)
    case = decided("shop", [(analyst, "confirm"), (supervisor, "confirm")])
    assert read(supervisor, case) == read(auditor, case)
    withdraw(case.pk, supervisor, "the page is empty", clock=at(5))
    assert read(supervisor, case) == read(auditor, case)
    move(case.pk, CaseState.IN_REVIEW, actor="system:assess", reason="sells again", clock=at(6))
    say(case, other, "confirm", 7)
    assert "decision.confirm" in read(auditor, case)
    own = ["decision.confirm", "case.confirmed", "case.withdrawn"]
    assert read(supervisor, case) == [*BEGUN, *own, "case.in_review"]


def test_no_filter_and_no_file_gives_it_away(analyst: Person, supervisor: Person) -> None:
    say(case := queued("shop"), analyst, "confirm")
    for wanted in (
        Filter(action="decision.confirm"), Filter(action="decision."), Filter(actor="analyst1"),
    ):  # fmt: skip
        assert not trail.page(supervisor, wanted).events
    up_to = trail.begin_export(supervisor, Filter(), "csv")
    taken = [shown.event.action for shown in trail.exported(supervisor, Filter(), up_to)]
    assert [one for one in taken if not one.startswith(("person.", "case."))] == []
    # No number of what is left out: by the filter it would tell who said what.
    assert AuditEvent.objects.get(action="audit.exported").details == {
        "filter": {}, "format": "csv", "up_to": up_to, "left_out": 0, "blind": True
    }  # fmt: skip
    assert read(supervisor, case) == BEGUN


def test_the_reader_is_told_that_something_is_left_out(supervisor: Person, auditor: Person) -> None:
    assert trail.page(supervisor, Filter()).blind
    assert not trail.page(auditor, Filter()).blind


def test_what_is_held_is_as_hidden_as_what_is_open(analyst: Person, supervisor: Person) -> None:
    """A hold is nobody's way to what was said first: not its page, not the chain, not the notes."""
    say(case := queued("shop"), analyst, "confirm")
    notes.write(case.pk, analyst, "a shop if ever there was one")
    service.hold(case.pk, supervisor, reason="watched", until=at(100)(), clock=at(3))
    case.refresh_from_db()
    assert service.case_view(case.pk, supervisor).verdicts == ()
    assert not notes.readable(case, supervisor).filter(person=analyst).exists()
    assert "decision.confirm" not in read(supervisor, case)
    undo(case.pk, supervisor, MINUTE, clock=at(3))
    assert service.case_view(case.pk, supervisor).verdicts == ()


def test_an_auditor_reads_what_was_said_of_an_open_case(analyst: Person, auditor: Person) -> None:
    say(case := queued("shop"), analyst, "confirm")
    notes.write(case.pk, analyst, "a shop if ever there was one")
    (said,) = service.case_view(case.pk, auditor).verdicts
    assert (said.person, said.verdict) == ("analyst1", "confirm")
    assert notes.readable(case, auditor).count() == 1


def test_a_note_stays_hidden_when_its_writer_takes_the_verdict_back(
    analyst: Person, supervisor: Person
) -> None:
    say(case := queued("shop"), analyst, "confirm")
    notes.write(case.pk, analyst, "a shop if ever there was one")
    undo(case.pk, analyst, MINUTE, clock=at(2))
    case.refresh_from_db()
    assert not notes.readable(case, supervisor).exists()


def test_times_of_decisions_tell_of_no_case_that_is_open(
    analyst: Person, supervisor: Person
) -> None:
    say(case := queued("shop"), analyst, "confirm")
    figures = SecondReview(30, at(9)())
    assert figures.times().rows == ()
    say(case, supervisor, "confirm", 4)
    assert len(SecondReview(30, at(9)()).times().rows) == 2


def test_a_dossier_of_an_open_case_is_not_told_to_who_has_yet_to_decide_it(
    analyst: Person, supervisor: Person
) -> None:
    say(case := queued("shop"), analyst, "confirm")
    wanted = Wanted("Investigation department", "criminal case 1", "en")
    row = asking.ask(members.of_case(case.pk, analyst), wanted, analyst, clock=at(3))
    assert [line.row.pk for line in asking.dossiers(analyst).rows] == [row.pk]
    assert asking.dossiers(supervisor).rows == ()
    with pytest.raises(InputError, match="there is no dossier"):
        asking.dossier(row.pk, supervisor)
    say(case, supervisor, "confirm", 4)
    assert [line.row.pk for line in asking.dossiers(supervisor).rows] == [row.pk]
