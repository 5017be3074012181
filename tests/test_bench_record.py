"""What measurements of the console rest on: shapes settled by a seed, checks that can fail."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.analysts.analyst import Held
from bench.analysts.checking import given_twice, lost_or_doubled
from bench.console.comparing import beside
from bench.record.shapes import captures_of, shape
from cases.decisions import Verdict, decide
from domain.decisions import VerdictKind
from domain.states import CaseState
from tests.people import analyst
from tests.records import case_in


def test_a_seed_settles_what_cases_are_like() -> None:
    assert [shape(1, n, 50) for n in range(1, 51)] == [shape(1, n, 50) for n in range(1, 51)]
    assert shape(1, 7, 50) != shape(2, 7, 50)
    assert {shape(1, n, 2_000).state for n in range(1, 2_001)} == {*CaseState}


@given(st.lists(st.floats(0.01, 1e3), min_size=1, max_size=50), st.integers(0, 5_000))
def test_captures_are_shared_out_whole(weights: list[float], total: int) -> None:
    found = captures_of(weights, total)
    assert min(found) >= 1
    assert sum(found) == max(total, len(weights))


@pytest.mark.parametrize(
    ("held", "found"),
    [
        ([Held(1, "a", 0, 2), Held(1, "b", 2, 3)], 0),
        ([Held(1, "a", 0, 2), Held(1, "b", 1.9, 3)], 1),
        ([Held(1, "a", 0, 9), Held(1, "a", 1, 2), Held(1, "b", 3, 4)], 1),
        ([Held(1, "a", 0, 2), Held(2, "b", 0, 2), Held(1, "a", 1, 3)], 0),
    ],
)
def test_a_case_before_two_people_is_seen(held: list[Held], found: int) -> None:
    assert len(given_twice(held)) == found


@pytest.mark.django_db
def test_a_verdict_that_is_lost_or_doubled_is_seen() -> None:
    one, case = analyst(), case_in(CaseState.IN_REVIEW)
    said = {"case": case.pk, "person": one.username, "verdict": "dismiss", "undone": False}
    assert len(lost_or_doubled([said], 0, "")) == 1
    decide(case.pk, one, Verdict(VerdictKind.DISMISS, "seen"))
    assert lost_or_doubled([said], 0, "") == []
    assert len(lost_or_doubled([said, said], 0, "")) == 1
    assert len(lost_or_doubled([said, {**said, "undone": True}], 0, "")) == 1


def test_a_ratio_is_of_the_95th_percentiles() -> None:
    small = [(20.0, 5.0, 7)] * 9 + [(40.0, 5.0, 7)]
    found = beside(small, [(3 * whole, own, queries + 1) for whole, own, queries in small])
    assert (found["p50"], found["p95"], found["large"]["p95_ms"]) == (3.0, 3.0, 120.0)
    assert (found["small"]["queries"], found["large"]["queries"]) == ([7, 7], [8, 8])
