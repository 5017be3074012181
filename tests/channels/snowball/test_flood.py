"""Thousands of names that lead nowhere, and one that matters."""

from __future__ import annotations

import pytest

from cases import runs
from cases.intake import target_row, target_rows
from cases.models import CandidateRow, Run, RunSource, Target
from channels.models import ChannelYield, Naming
from channels.snowball import queue
from channels.snowball.clues import Via
from channels.snowball.rings import Caps
from channels.waiting import count_left, next_source
from domain.targets import telegram_key
from tests.channels.reading import count
from tests.records import NOON, new_run

pytestmark = pytest.mark.django_db
NAMES = 1_500


def parent(run: Run, number: int, selling: int) -> Target:
    target, _ = target_row(telegram_key(numeric_id=number), name=f"parent_{number}")
    runs.add_source(run, target.key, "seed")
    RunSource.objects.filter(run=run, target=target).update(done=True)
    outcome = 1.0 if selling else 0.0
    ChannelYield.objects.create(target=target, posts=100, selling=selling, outcome=outcome)
    return target


def names(run: Run, by: Target, named: list[str], selling: float) -> list[Target]:
    rows, _ = target_rows([telegram_key(name) for name in named])
    children = [*rows.values()]
    CandidateRow.objects.bulk_create(
        CandidateRow(run=run, target=one, parent=by, why="mention", priority=0.5, noted_at=NOON)
        for one in children
    )
    Naming.objects.bulk_create(
        Naming(parent=by, child=one, via=Via.MENTION, selling=selling, noted_at=NOON)
        for one in children
    )
    return children


@pytest.fixture
def flooded(monkeypatch: pytest.MonkeyPatch) -> tuple[Run, Target]:
    """A seller's other channel was found first; then two channels of spam named ``NAMES`` each,
    more than are weighed at a time."""
    monkeypatch.setattr(queue, "_MOST", NAMES)
    run = new_run()
    (good,) = names(run, parent(run, 1, 60), ["good_reserve"], 0.95)
    for number in (2, 3):
        spam = [f"spam_{number}_{one:05}" for one in range(NAMES)]
        names(run, parent(run, number, 0), spam, 0.01)
    return run, good


def test_the_likeliest_name_is_looked_at_first(flooded: tuple[Run, Target]) -> None:
    run, good = flooded
    source = next_source(run, Caps())
    assert source is not None
    assert source.target == good


def test_many_are_taken_some_at_a_time_and_the_bounds_hold(flooded: tuple[Run, Target]) -> None:
    run, _ = flooded
    next_source(run, Caps())
    assert queue.found_on_the_way(run).count() == 10
    RunSource.objects.filter(run=run).update(done=True)
    assert next_source(run, Caps(total=12)) is not None
    assert queue.found_on_the_way(run).count() == 12


def test_what_is_not_even_weighed_is_counted(flooded: tuple[Run, Target]) -> None:
    run, _ = flooded
    assert queue.beyond(run) == 2 * NAMES + 1 - NAMES
    left = count_left(run, Caps(total=0))
    assert left == 2 * NAMES + 1
    assert count(run, "dropped", "channels over the night's limit") == left


def test_what_no_bound_holds_back_was_not_reached(flooded: tuple[Run, Target]) -> None:
    run, _ = flooded
    left = count_left(run, Caps(total=10))
    assert count(run, "dropped", "channels not reached this night") == left == 2 * NAMES + 1
    assert count_left(run, Caps(total=0)) == left
    assert count(run, "dropped", "channels not reached this night") == 0
    assert count(run, "dropped", "channels over the night's limit") == left
