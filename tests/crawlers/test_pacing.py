"""Each host's pace follows what the host shows of itself, within the operator's bounds."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.pacing import Pacer, Politeness

A, B = "a.test", "b.test"


def pacer(
    delay_s: float = 0.5, longest: float = 30.0, per_host: int = 2, per_address: int = 4
) -> Pacer:
    return Pacer(Politeness(delay_s, longest, per_host, per_address), random.Random(1))


def test_a_quick_host_is_asked_at_the_operators_pace() -> None:
    pace = pacer()
    for _ in range(20):
        pace.answered(A, 0.2)
    assert pace.delay(A) == pace.delay("never.seen.test") == 0.5


def test_the_pause_grows_with_the_latency_and_shrinks_again() -> None:
    pace = pacer()
    for _ in range(12):
        pace.answered(A, 6.0)
    assert pace.delay(A) == pytest.approx(3.0, rel=0.01)
    assert pace.delay(B) == 0.5
    for _ in range(12):
        pace.answered(A, 0.1)
    assert pace.delay(A) == pytest.approx(0.5, rel=0.01)


def test_strain_doubles_the_pause_even_where_there_was_none() -> None:
    pace = pacer(delay_s=0.0)
    seen = []
    for _ in range(8):
        pace.strained(A)
        seen.append(pace.delay(A))
    assert seen == [1, 2, 4, 8, 16, 30, 30, 30]
    for _ in range(30):
        pace.answered(A, 0.1)
    assert pace.delay(A) < 0.001


@given(
    st.lists(st.one_of(st.just("strained"), st.floats(0, 1e6))),
    st.floats(0, 10),
    st.floats(10, 600),
)
def test_the_pause_stays_within_its_bounds(
    events: list[str | float], shortest: float, longest: float
) -> None:
    pace = pacer(shortest, longest)
    for event in events:
        if isinstance(event, float):
            pace.answered(A, event)
        else:
            pace.strained(A)
        assert shortest <= pace.delay(A) <= longest


def test_a_pause_that_a_host_asks_for_holds() -> None:
    pace = pacer()
    pace.pause(A, 100.0)
    pace.pause(A, 50.0)
    assert pace.due(A) == 100.0
    assert pace.due(B) == -math.inf


def test_hosts_of_one_address_share_its_limit() -> None:
    pace = pacer(delay_s=1.0)
    hosts = [f"h{n}.test" for n in range(5)]
    for host in hosts:
        pace.found_at(host, "192.0.2.1")
    pace.found_at("elsewhere.test", "192.0.2.2")
    pace.begun(hosts[0], 10.0)
    assert pace.due(hosts[1]) == 10.5, "one in half a second: four may share what one host gets"
    assert pace.due("elsewhere.test") == -math.inf
    for n, host in enumerate(hosts[1:4]):
        pace.begun(host, 11.0 + n)
    assert pace.due(hosts[4]) is None, "four at a time"
    pace.ended(hosts[2])
    assert pace.due(hosts[4]) == 13.5


def test_a_host_that_moves_takes_what_is_under_way_along() -> None:
    pace = pacer(per_host=4)
    pace.begun(A, 1.0)
    pace.begun(A, 2.0)
    pace.found_at(A, "192.0.2.1")
    pace.begun(A, 3.0)
    pace.found_at(A, "192.0.2.2")
    pace.found_at(B, "192.0.2.2")
    pace.begun(B, 4.0)
    assert pace.due(B) is None
    for _ in range(3):
        pace.ended(A)
    assert pace.due(B) is not None
    pace.found_at("c.test", "192.0.2.1")
    assert pace.due("c.test") is not None, "nothing of A is left there"
