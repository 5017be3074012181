from __future__ import annotations

from collections import Counter

from crawlers.feeding import Feeder
from crawlers.fetches import Job
from domain.targets import site_key


def job(number: int, host: str = "a.test", priority: float = 1.0) -> Job:
    url = f"http://{host}/{number}"
    return Job(number, url, site_key(url), 1, 0, 0, 0, priority, "link")


def feeder(concurrency: int = 4, per_site: int = 2, unstored: int = 1_000):
    begun: list[Job] = []
    made = Feeder(begun.append, concurrency=concurrency, per_site=per_site, unstored_bytes=unstored)
    return made, begun


def test_best_first_within_the_bounds_of_each_site() -> None:
    feeding, begun = feeder(concurrency=3)
    feeding.offer([job(1, priority=9), job(2, priority=8), job(3, priority=7)])
    feeding.offer([job(4, "b.test", priority=1), job(5, "b.test", priority=1)])
    assert [one.entry for one in begun] == [1, 2, 4]
    feeding.came_back(begun[0], 0)
    assert [one.entry for one in begun] == [1, 2, 4, 3]
    assert feeding.under_way == 3


def test_a_slow_record_holds_the_crawl_back() -> None:
    feeding, begun = feeder(unstored=1_000)
    feeding.offer([job(number, f"h{number}.test") for number in range(8)])
    assert len(begun) == 4
    feeding.came_back(begun[0], 1_001)
    assert len(begun) == 4, "nothing new while too much waits to be stored"
    feeding.stored(1, 1_001)
    assert len(begun) == 5


def test_everything_is_begun_once() -> None:
    feeding, begun = feeder()
    jobs = [job(number, f"h{number % 3}.test") for number in range(30)]
    feeding.offer(jobs)
    for number in range(30):
        feeding.came_back(begun[number], 0)
    assert Counter(one.entry for one in begun) == Counter(range(30))
    assert feeding.under_way == 0


def test_closed_it_begins_nothing() -> None:
    feeding, begun = feeder()
    feeding.offer([job(1)])
    feeding.close()
    feeding.offer([job(2)])
    feeding.came_back(begun[0], 0)
    assert [one.entry for one in begun] == [1]
