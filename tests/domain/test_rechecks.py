from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.captures import Outcome
from domain.rechecks import CheckResult, Ordering, Schedule, is_due, result_of
from domain.states import CaseState

NIGHT = datetime(2026, 3, 1, 20, tzinfo=UTC)
SCHEDULE = Schedule(
    {CaseState.IN_REVIEW: 1, CaseState.DISMISSED: 30, CaseState.UNREACHABLE: 3},
    unreachable_max_days=40,
    spread=0.25,
    max_per_night=10,
)


@pytest.mark.parametrize(
    ("outcomes", "documents", "moved", "result"),
    [
        ({Outcome.OK: 3, Outcome.TIMEOUT: 1}, 3, False, (CheckResult.UP, "ok")),
        ({Outcome.REDIRECT: 1}, 0, True, (CheckResult.MOVED, "redirect")),
        ({Outcome.CAPTCHA: 1, Outcome.NOT_FOUND: 2}, 0, False, (CheckResult.BLOCKED, "captcha")),
        ({Outcome.SEIZED: 1, Outcome.OK: 1}, 0, False, (CheckResult.SEIZED, "seized")),
        ({Outcome.PARKED: 1}, 0, False, (CheckResult.PARKED, "parked")),
        ({Outcome.DNS: 1}, 0, False, (CheckResult.DOWN, "dns")),
        ({Outcome.NOT_FOUND: 1}, 0, False, (CheckResult.DOWN, "not_found")),
        ({Outcome.NOT_TEXT: 1}, 0, False, (CheckResult.UNREADABLE, "not_text")),
        ({Outcome.DEFAULT_PAGE: 1}, 0, False, (CheckResult.DOWN, "default_page")),
        (
            {Outcome.DEFAULT_PAGE: 1, Outcome.FORBIDDEN: 1, Outcome.NOT_FOUND: 3},
            *(0, False, (CheckResult.DOWN, "default_page")),
        ),
        (
            {Outcome.FORBIDDEN: 2, Outcome.NOT_FOUND: 1},
            0,
            False,
            (CheckResult.BLOCKED, "forbidden"),
        ),
        ({Outcome.HEADER_FLOOD: 1}, 0, False, (CheckResult.UNREADABLE, "header_flood")),
        (
            {Outcome.NOT_RENDERED: 1, Outcome.EMPTY: 1},
            *(0, False, (CheckResult.UNREADABLE, "not_rendered")),
        ),
        ({Outcome.BLOCKED_ON_THE_WAY: 1, Outcome.TIMEOUT: 2}, 0, False, None),
        ({Outcome.BLOCKED_ON_THE_WAY: 1, Outcome.OK: 2}, 2, False, (CheckResult.UP, "ok")),
        ({Outcome.TOR_DOWN: 4}, 0, False, None),
        ({Outcome.TOR_DOWN: 3, Outcome.NOT_FOUND: 1}, 0, False, None),
        ({Outcome.ADDRESS_REFUSED: 1}, 0, False, None),
        ({Outcome.LAYOUT_CHANGED: 1}, 0, False, None),
        ({}, 0, False, None),
    ],
)
def test_what_a_look_met(outcomes, documents, moved, result) -> None:
    assert result_of(outcomes, documents=documents, moved=moved) == result


def test_what_was_looked_at_last_night_is_due_tonight_though_it_began_early() -> None:
    due = SCHEDULE.due(1, CaseState.IN_REVIEW, NIGHT)
    assert is_due(due, NIGHT + timedelta(days=1, hours=-1))
    assert not is_due(due, NIGHT + timedelta(hours=2))
    assert is_due(SCHEDULE.due(1, CaseState.DISMISSED, None), NIGHT)


def test_an_interval_of_nothing_is_every_night() -> None:
    always = Schedule({CaseState.IN_REVIEW: 0}, 40, 0.25, 10)
    assert is_due(always.due(1, CaseState.IN_REVIEW, NIGHT), NIGHT)


def test_a_requested_case_is_looked_at_as_its_orders_have_come() -> None:
    schedule = Schedule(
        {CaseState.REQUESTED: 1, CaseState.UNREACHABLE: 3},
        40,
        0.25,
        10,
        {Ordering.ORDERED: 7, Ordering.VERIFIED: 14},
    )
    orders = (None, Ordering.ORDERED, Ordering.VERIFIED)
    days = [schedule.interval(CaseState.REQUESTED, order=order).days for order in orders]
    assert days == [1, 7, 14]
    assert schedule.interval(CaseState.UNREACHABLE, order=Ordering.VERIFIED).days == 3


def test_unreachable_ones_wait_twice_as_long_each_time_up_to_a_bound() -> None:
    days = [
        SCHEDULE.interval(CaseState.UNREACHABLE, failed_before=failed).days
        for failed in (0, 1, 2, 3, 4, 5, 400)
    ]
    assert days == [3, 6, 12, 24, 40, 40, 40]


def test_what_was_dismissed_in_one_night_falls_due_in_many() -> None:
    nights = Counter(
        (due - NIGHT).days
        for case in range(700)
        if (due := SCHEDULE.due(case, CaseState.DISMISSED, NIGHT)) is not None
    )
    assert set(nights) == {22, 23, 24, 25, 26, 27, 28, 29}
    assert max(nights.values()) < 700 / 4


@given(st.integers(1, 10**6), st.floats(0, 1), st.integers(0, 30))
def test_nothing_falls_due_later_than_its_interval(case: int, spread: float, failed: int) -> None:
    schedule = Schedule(SCHEDULE.days, 40, spread, 10)
    for state in schedule.days:
        due = schedule.due(case, state, NIGHT, failed_before=failed)
        assert due is not None
        assert NIGHT <= due <= NIGHT + schedule.interval(state, failed_before=failed)


def test_only_what_goes_wrong_on_our_side_or_is_no_page_is_not_judged() -> None:
    """Each outcome says something of the target, unless it cannot."""
    silent = {one for one in Outcome if result_of({one: 1}, documents=0, moved=False) is None}
    assert silent == {
        Outcome.BLOCKED_ON_THE_WAY,
        Outcome.TOR_DOWN,
        Outcome.ADDRESS_REFUSED,
        Outcome.LAYOUT_CHANGED,
        Outcome.NO_ICON,
        Outcome.FAILED,
    }
