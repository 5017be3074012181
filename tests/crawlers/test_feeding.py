from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from crawlers.feeding import Feeder
from crawlers.fetches import Job
from crawlers.pacing import Pacer, Politeness
from domain.targets import host_of, site_key


def job(number: int, host: str = "a.test", priority: float = 1.0) -> Job:
    url = f"http://{host}/{number}"
    return Job(number, url, site_key(url), 1, 0, 0, 0, priority, "link")


class Call:
    def __init__(self, at: float, function: Callable[[], None]) -> None:
        self.at, self.function, self.waits = at, function, True

    def cancel(self) -> None:
        self.waits = False

    def active(self) -> bool:
        return self.waits


class Reactor:
    """A clock that is moved by hand, and what is to happen on it."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.calls: list[Call] = []

    def seconds(self) -> float:
        return self.now

    def call_later(self, wait: float, function: Callable[[], None]) -> Call:
        call = Call(self.now + wait, function)
        self.calls.append(call)
        return call

    def advance(self, seconds: float) -> None:
        end = self.now + seconds
        while due := [call for call in self.calls if call.waits and call.at <= end]:
            call = min(due, key=lambda one: one.at)
            self.now, call.waits = max(self.now, call.at), False
            call.function()
        self.now = end


class Fed:
    def __init__(
        self,
        *,
        concurrency: int = 4,
        per_host: int = 2,
        per_address: int = 64,
        unstored: int = 1_000,
        delay_s: float = 0.0,
    ) -> None:
        self.reactor = Reactor()
        self.begun: list[Job] = []
        self.times: list[float] = []
        self.pacer = Pacer(Politeness(delay_s, 30, per_host, per_address), random.Random(1))
        self.feeder = Feeder(
            self._begin,
            self.pacer,
            concurrency=concurrency,
            call_later=self.reactor.call_later,
            monotonic=self.reactor.seconds,
            unstored_bytes=unstored,
        )

    def _begin(self, one: Job) -> None:
        self.begun.append(one)
        self.times.append(self.reactor.now)

    @property
    def numbers(self) -> list[int]:
        return [one.entry for one in self.begun]


def test_best_first_within_the_bounds_of_each_site() -> None:
    fed = Fed(concurrency=3)
    fed.feeder.offer([job(1, priority=9), job(2, priority=8), job(3, priority=7)])
    fed.feeder.offer([job(4, "b.test", priority=1), job(5, "b.test", priority=1)])
    assert fed.numbers == [1, 2, 4]
    fed.feeder.came_back(fed.begun[0], 0)
    assert fed.numbers == [1, 2, 4, 3]
    assert fed.feeder.under_way == 3


def test_a_slow_record_holds_the_crawl_back() -> None:
    fed = Fed(unstored=1_000)
    fed.feeder.offer([job(number, f"h{number}.test") for number in range(8)])
    assert len(fed.begun) == 4
    fed.feeder.came_back(fed.begun[0], 1_001)
    assert len(fed.begun) == 4, "nothing new while too much waits to be stored"
    fed.feeder.stored(1, 1_001)
    assert len(fed.begun) == 5


def test_everything_is_begun_once() -> None:
    fed = Fed()
    fed.feeder.offer([job(number, f"h{number % 3}.test") for number in range(30)])
    for number in range(30):
        fed.feeder.came_back(fed.begun[number], 0)
    assert Counter(fed.numbers) == Counter(range(30))
    assert fed.feeder.under_way == 0


def test_closed_it_begins_nothing() -> None:
    fed = Fed(delay_s=1)
    fed.feeder.offer([job(1), job(3)])
    fed.feeder.close()
    fed.feeder.offer([job(2)])
    fed.feeder.came_back(fed.begun[0], 0)
    fed.reactor.advance(60)
    assert fed.numbers == [1]


def test_the_fetches_of_a_host_are_spread_over_time_and_others_go_on() -> None:
    fed = Fed(delay_s=2, concurrency=8, per_host=8)
    fed.feeder.offer([*(job(n) for n in range(4)), job(9, "b.test")])
    assert fed.numbers == [0, 9]
    fed.reactor.advance(20)
    assert sorted(fed.numbers) == [0, 1, 2, 3, 9]
    at = [time for time, one in zip(fed.times, fed.begun, strict=True) if "a.test" in one.url]
    gaps = [after - before for before, after in pairwise(at)]
    assert all(2 <= gap <= 3 for gap in gaps)
    assert len(set(gaps)) == 3, "no two pauses are the same"


def test_a_job_is_tried_again_after_its_pause_and_others_of_its_host_go_first() -> None:
    fed = Fed(per_host=1)
    fed.feeder.offer([job(1, priority=9), job(2)])
    fed.feeder.again(fed.begun[0], 5)
    assert fed.numbers == [1, 2]
    fed.feeder.came_back(fed.begun[1], 0)
    fed.reactor.advance(4.9)
    assert fed.numbers == [1, 2]
    fed.reactor.advance(0.2)
    assert fed.numbers == [1, 2, 1]


def test_what_waits_is_given_back_of_one_host_or_of_all() -> None:
    fed = Fed(per_host=1, concurrency=2)
    fed.feeder.offer([job(1), job(2), job(3, "b.test"), job(4, "b.test"), job(5, "c.test")])
    assert [one.entry for one in fed.feeder.take_back("a.test")] == [2]
    fed.feeder.again(fed.begun[0], 60)
    assert fed.numbers == [1, 3, 5]
    assert {one.entry for one in fed.feeder.take_back()} == {1, 4}
    for one in fed.begun[1:]:
        fed.feeder.came_back(one, 0)
    fed.reactor.advance(120)
    assert fed.numbers == [1, 3, 5]
    assert fed.feeder.under_way == 0


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("offer"), st.integers(0, 3)),
        st.tuples(st.just("back"), st.integers(0, 20)),
        st.tuples(st.just("again"), st.integers(0, 20)),
        st.tuples(st.just("strained"), st.integers(0, 3)),
        st.tuples(st.just("advance"), st.integers(0, 40)),
    ),
    max_size=60,
)


@given(STEPS, st.sampled_from([0.0, 0.5, 2.0]))
def test_whatever_happens_the_bounds_hold(steps: list[tuple[str, int]], delay_s: float) -> None:
    """No host is asked by more than two at a time or sooner than the delay; all jobs come."""
    fed = Fed(concurrency=4, per_host=2, per_address=3, delay_s=delay_s)
    for number in range(4):
        fed.pacer.found_at(f"h{number}.test", f"10.0.0.{number // 2}")
    offered, running, seen = 0, list[Job](), 0

    def look() -> None:
        nonlocal seen
        running.extend(fed.begun[seen:])
        seen = len(fed.begun)
        hosts = Counter(host_of(one.url) for one in running)
        assert len(running) == fed.feeder.under_way <= 4
        assert max(hosts.values(), default=0) <= 2
        for pair in (("h0.test", "h1.test"), ("h2.test", "h3.test")):
            assert sum(hosts[host] for host in pair) <= 3

    for what, number in steps:
        if what == "offer":
            fed.feeder.offer([job(offered, f"h{number}.test")])
            offered += 1
        elif what == "advance":
            fed.reactor.advance(number / 10)
        elif what == "strained":
            fed.pacer.strained(f"h{number}.test")
        elif running:
            one = running.pop(number % len(running))
            if what == "back":
                fed.feeder.came_back(one, 0)
            else:
                fed.feeder.again(one, number / 10)
        look()
    for _ in range(3 * offered + 1):
        while running:
            fed.feeder.came_back(running.pop(), 0)
            look()
        fed.reactor.advance(60)
        look()
    assert set(fed.numbers) == set(range(offered)), "nothing waits for ever"
    for host in {host_of(one.url) for one in fed.begun}:
        at = [t for t, one in zip(fed.times, fed.begun, strict=True) if host_of(one.url) == host]
        assert all(b - a >= delay_s for a, b in pairwise(at))
