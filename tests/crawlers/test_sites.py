"""The time of a site: that in which fetches of it are under way, and no other."""

from __future__ import annotations

from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from crawlers.fetches import Fetch, Job
from crawlers.sending import SentLedger
from crawlers.sites import Site
from crawlers.tries import Tries
from domain.candidates import Why
from domain.captures import Egress
from domain.clock import utc_now
from domain.targets import site_key

URL = "http://a.test/"
SPANS = st.tuples(st.floats(0, 100), st.floats(0, 10)).map(lambda at: (at[0], at[0] + at[1]))


def site() -> Site:
    return Site(1, site_key(URL), Why.SEED, URL)


def test_what_waits_its_turn_uses_up_no_time() -> None:
    one = site()
    one.was_busy(0, 10)
    one.was_busy(5, 12)
    one.was_busy(1000, 1001)
    assert one.busy_s == 13


@given(st.lists(SPANS, max_size=12))
def test_the_time_of_several_fetches_at_once_counts_once(spans: list[tuple[float, float]]) -> None:
    one = site()
    spans.sort(key=lambda span: span[1])
    for began, ended in spans:
        one.was_busy(began, ended)
    assert one.busy_s <= sum(ended - began for began, ended in spans) + 1e-6
    first, last = min((span[0] for span in spans), default=0), max((s[1] for s in spans), default=0)
    assert one.busy_s <= last - first + 1e-6


def test_each_try_has_its_own_time() -> None:
    ticks = count(0, 10)
    tries = Tries(SentLedger(), monotonic=lambda: next(ticks))
    job = Job(1, URL, site_key(URL), 1, 0, 0, 0, 1.0, "link")
    fetch = Fetch(job, utc_now(), Egress.DIRECT, 1)
    tries.begin(job, URL)
    tries.again(fetch, "timeout")
    tries.begin(job, URL)
    assert tries.finish(fetch).spans == ((0, 10), (20, 30))
