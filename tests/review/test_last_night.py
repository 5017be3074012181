"""What the last night brought, as different people may see it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cases.models import Case, Run
from cases.people import Role
from domain.clock import utc_now
from domain.states import CaseState
from review.last_night import last_night, overdue_holds, running
from tests.people import person
from tests.records import NOON, case_in, new_case

pytestmark = pytest.mark.django_db
READING = (Role.ANALYST, Role.SUPERVISOR, Role.AUDITOR)
COUNTING = (Role.OPERATOR, Role.ADMINISTRATOR)


def source(key: str, coverage: str, reason: str = "") -> dict[str, Any]:
    name = key.partition(":")[2]
    return {"source": key, "name": name, "coverage": coverage, "coverage_reason": reason}


def night(**report: Any) -> Run:
    whole = {
        "totals": {"sources": 3, "requests": 40},
        "cases": [{}, {}],
        "looked_again": [{}],
        "sources": [
            source("host:shop.test", "kept"),
            source("host:silent.test", "broken", "moves to other.test: nothing read (dns)"),
            source("host:hidden.test", "broken", "captcha"),
        ],
        "stages": [
            {"stage": "crawl", "state": "failed", "seconds": 3.5, "error": "shop.test broke",
             "counts": {"elsewhere: cdn.test": 2, "elsewhere: b.test": 1, "failed: dns": 4}},
        ],
    }  # fmt: skip
    return Run.objects.create(
        kind="night", state="failed", started_at=NOON, finished_at=NOON + timedelta(hours=1),
        report=whole | report,
    )  # fmt: skip


def test_without_a_night_there_is_none() -> None:
    assert last_night(person("one", Role.ANALYST)) is None
    assert running() is None


@pytest.mark.parametrize("role", READING)
def test_those_who_read_cases_are_told_which_sources_broke(role: Role) -> None:
    Case.objects.filter(pk=new_case("host:hidden.test").pk).update(restricted=True)
    night()
    found = last_night(person("one", role))
    assert (found.broken_count, found.broken) == (
        1, ("silent[.]test: moves elsewhere: nothing read (dns)",),
    )  # fmt: skip
    assert found.failed[0].error == "shop.test broke"


@pytest.mark.parametrize("role", COUNTING)
def test_others_get_numbers_alone(role: Role) -> None:
    Case.objects.filter(pk=new_case("host:hidden.test").pk).update(restricted=True)
    night()
    found = last_night(person("one", role))
    assert (found.broken_count, found.broken, found.cases_found) == (1, (), 2)
    assert ".test" not in repr(found)
    assert found.failed[0].error == "The log has the rest."


def test_what_was_counted_by_address_is_counted_without() -> None:
    night()
    (stage,) = last_night(person("one", Role.ANALYST)).stages
    assert dict(stage.counts) == {"elsewhere": 3, "failed: dns": 4}


def test_a_night_that_runs_is_told_and_the_one_before_it_shown() -> None:
    ended = night()
    Run.objects.create(kind="night", started_at=NOON + timedelta(days=1))
    Run.objects.create(kind="crawl", started_at=NOON + timedelta(days=2))
    assert last_night(person("one", Role.ANALYST)).run == ended.pk
    assert running() == NOON + timedelta(days=1)


def test_a_night_in_which_nothing_broke_is_clean() -> None:
    night(sources=[], stages=[])
    assert last_night(person("one", Role.ANALYST)).clean


def test_holds_past_their_end() -> None:
    late = utc_now() - timedelta(days=1)
    cases = [case_in(CaseState.IN_REVIEW, f"host:shop{n}.test").pk for n in range(3)]
    Case.objects.update(state=CaseState.ON_HOLD, hold_until=late)
    Case.objects.filter(pk=cases[2]).update(restricted=True)
    found = overdue_holds(person("one", Role.ANALYST))
    assert (found.count, {*found.cases}) == (2, {*cases[:2]})
    assert overdue_holds(person("two", Role.OPERATOR)).cases == ()
