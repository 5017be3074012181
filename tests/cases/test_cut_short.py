"""What a budget of the whole night cut off is offered to the next one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cases import counts, cut_short, intake, runs, tips
from cases.counts import CountKey
from cases.evidence import EvidenceWriter
from cases.models import Case, Run, Target
from cases.rechecking import due_cases
from domain.candidates import Candidate, Why
from domain.nights import CUT_SHORT, PAGES
from domain.rechecks import Schedule
from domain.states import CaseState
from domain.targets import TargetKind, parse_key
from tests.records import case_in, page

pytestmark = pytest.mark.django_db

FIRST = datetime(2026, 3, 1, 20, tzinfo=UTC)
HOSTS = (TargetKind.HOST,)


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[EvidenceWriter]:
    writer = EvidenceWriter(tmp_path, 1, "test", "pages")
    yield writer
    writer.close()


def night(day: float) -> Run:
    return Run.objects.create(kind="night", started_at=FIRST + timedelta(days=day))


def found(run: Run, priorities: dict[str, float], why: Why = Why.LINK) -> None:
    """Note hosts as found on the way, and have the run look at them."""
    intake.note_candidates(
        run.pk,
        [
            Candidate(parse_key(f"host:{host}"), why, url=f"http://{host}/", priority=priority)
            for host, priority in priorities.items()
        ],
    )
    for host in priorities:
        runs.add_source(run, parse_key(f"host:{host}"), why)


def ended(run: Run, cut: Iterable[str] = (), reason: str = PAGES) -> None:
    """The run's fetching is over; pages of ``cut`` were left out for ``reason``."""
    counts.add(run.pk, "crawl", {CountKey(f"host:{host}", "dropped", reason): 3 for host in [*cut]})
    run.sources.update(done=True)


def read(run: Run, writer: EvidenceWriter, *hosts: str) -> None:
    intake.store(run.pk, "crawl", [page(f"http://{host}/") for host in hosts], writer)


def adopted(run: Run, limit: int = 10) -> list[str]:
    runs.adopt_candidates(run, HOSTS, limit=limit)
    return [*run.sources.order_by("pk").values_list("target__value", flat=True)]


@pytest.mark.parametrize("reason", sorted(CUT_SHORT))
def test_what_a_night_did_not_come_to_is_first_in_the_next(
    writer: EvidenceWriter, reason: str
) -> None:
    one = night(0)
    found(one, {"a.test": 0.1, "b.test": 0.9, "c.test": 0.5})
    read(one, writer, "b.test")
    ended(one, ["a.test", "c.test"], reason)
    two = night(1)
    better = Candidate(parse_key("host:new.test"), Why.LINK, url="http://new.test/", priority=1.0)
    intake.note_candidates(two.pk, [better])
    assert adopted(two) == ["a.test", "c.test", "new.test"]


def test_those_that_wait_longest_come_first_and_the_rest_waits_on() -> None:
    one, two = night(0), night(1)
    found(one, {"a.test": 0.1})
    ended(one, ["a.test"])
    found(two, {"b.test": 0.9, "c.test": 0.5})
    ended(two, ["b.test", "c.test"])
    three = night(2)
    assert runs.adopt_candidates(three, HOSTS, limit=2) == runs.Adopted(2, 1)
    assert adopted(three, limit=0) == ["a.test", "b.test"]
    ended(three)
    assert adopted(night(3)) == ["c.test", "a.test", "b.test"][:1]


def test_a_site_read_in_part_is_offered_once_more_in_its_place(writer: EvidenceWriter) -> None:
    one = night(0)
    found(one, {"part.test": 0.5, "whole.test": 0.9})
    read(one, writer, "part.test", "whole.test")
    ended(one, ["part.test"])
    two = night(1)
    others = {"new.test": 0.9, "poor.test": 0.1}
    intake.note_candidates(
        two.pk,
        [
            Candidate(parse_key(f"host:{host}"), Why.LINK, url=f"http://{host}/", priority=n)
            for host, n in others.items()
        ],
    )
    assert adopted(two) == ["new.test", "part.test", "poor.test"]
    read(two, writer, "part.test", "new.test", "poor.test")
    ended(two, ["part.test"])
    assert adopted(night(2)) == [], "a second time in a row would keep new ones out"


@pytest.mark.parametrize("reason", ["page budget", "time budget", "robots.txt", "Tor is off"])
def test_what_is_the_sources_own_is_no_cut_of_the_night(reason: str) -> None:
    one = night(0)
    found(one, {"a.test": 0.5})
    ended(one, ["a.test"], reason)
    assert adopted(night(1)) == []


def test_seeds_and_cases_in_the_hands_of_people_come_back_by_their_own_ways() -> None:
    one = night(0)
    found(one, {"seed.test": 1.0}, Why.SEED)
    found(one, {"held.test": 0.5, "hidden.test": 0.5})
    case_in(CaseState.IN_REVIEW, "host:held.test")
    Case.objects.filter(target__value="hidden.test").update(restricted=True)
    ended(one, ["seed.test", "held.test", "hidden.test"])
    assert adopted(night(1)) == []


def test_a_seed_of_once_that_was_found_and_not_come_to_is_no_seed_again() -> None:
    zero, one = night(0), night(1)
    found(zero, {"a.test": 1.0}, Why.SEED)
    ended(zero)
    found(one, {"a.test": 0.5})
    ended(one, ["a.test"])
    two = night(2)
    assert adopted(two) == ["a.test"]
    assert two.sources.get().why == Why.LINK


def test_a_known_case_that_a_night_did_not_come_to_is_still_due(writer: EvidenceWriter) -> None:
    schedule = Schedule({CaseState.DISMISSED: 30}, 60, spread=0.0, max_per_night=9)
    case = case_in(CaseState.DISMISSED, "host:a.test")
    for day in (0, 30):
        run = night(day)
        runs.add_source(run, case.target.key, Why.RECHECK)
        if day == 0:
            read(run, writer, "a.test")
        ended(run, ["a.test"] if day else [])
    assert due_cases(schedule, FIRST + timedelta(days=31)).cases == [case.pk]
    assert cut_short.before(Run.objects.count() + 1).not_begun == [], "it is due as a known case"


def test_a_tip_that_a_night_did_not_come_to_is_not_used_up(writer: EvidenceWriter) -> None:
    target = parse_key("host:a.test")
    tips.by_hand([Candidate(target, Why.TIP, url="http://a.test/", note="x")], file="f")
    for day, comes in ((0, False), (1, True), (2, True)):
        run = night(day)
        assert tips.add_waiting(run, limit=9).taken == (day < 2)
        if comes:
            read(run, writer, "a.test")
        ended(run, [] if comes else ["a.test"])
    assert Target.objects.get(value="a.test").visits.count() == 2
