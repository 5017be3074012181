"""Budgets hold in every window, and what they withhold they give back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from channels.accounts.budgets import Budget, Slot, free_from, slot_end

START = datetime(2026, 3, 1, 12, 34, 56, 789, tzinfo=UTC)
WINDOWS = st.sampled_from([timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)])


def sent(budget: Budget, waits: list[float]) -> list[datetime]:
    """When requests went out that somebody wanted to send after each of ``waits`` windows."""
    slots: dict[datetime, int] = {}
    now, gone = START, []
    for wait in waits:
        now += wait * budget.window
        if free_from(budget, [Slot(*one) for one in slots.items()], now) is None:
            end = slot_end(budget, now)
            slots[end] = slots.get(end, 0) + 1
            gone.append(now)
    return gone


@given(WINDOWS, st.integers(0, 5), st.lists(st.floats(0, 0.7), max_size=60))
def test_no_window_holds_more_than_the_budget(
    window: timedelta, most: int, waits: list[float]
) -> None:
    gone = sent(Budget(most, window), waits)
    for end in gone:
        assert sum(end - window < one <= end for one in gone) <= most


@given(WINDOWS, st.integers(1, 5), st.lists(st.integers(0, 90), min_size=1, max_size=30))
def test_the_time_told_is_the_first_that_is_free(
    window: timedelta, most: int, ages: list[int]
) -> None:
    budget = Budget(most, window)
    slots = [Slot(slot_end(budget, START - age * window / 60), 1) for age in ages]
    free = free_from(budget, slots, START)
    if free is None:
        assert sum(START - window < slot.ends_at for slot in slots) < most
        return
    assert START < free <= START + window * (1 + 1 / 60)
    assert free_from(budget, slots, free) is None
    assert free_from(budget, slots, free - timedelta(microseconds=1)) == free


def test_an_unused_budget_is_there_again_after_its_window_and_a_slot() -> None:
    budget = Budget(2, timedelta(hours=1))
    assert len(sent(budget, [0, 0, 0, 1 + 1 / 60, 0, 0])) == 4


def test_a_clock_that_was_ahead_takes_nothing_out_of_the_count() -> None:
    budget = Budget(1, timedelta(hours=1))
    ahead = [Slot(slot_end(budget, START + timedelta(minutes=50)), 1)]
    assert free_from(budget, ahead, START) == ahead[0].ends_at + budget.window


def test_a_budget_of_nothing_is_never_free() -> None:
    budget = Budget(0, timedelta(hours=1))
    assert free_from(budget, [], START) == START + timedelta(hours=1)
